use serde::{Deserialize, Serialize};

use super::Frame;
use crate::{Progress, stretch::Stretch};

/// The progress bars of a file that are still running.
///
/// A bar is known by its name. It lasts through records that are printed between its frames, until
/// its last line ends, another run of it starts at a smaller count, or the process does.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Bars {
    /// In the order in which they moved last.
    running: Vec<Bar>,
}

/// A bar and its last frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bar {
    /// The frame as written.
    pub frame: Vec<u8>,
    /// Where in the file the frame stands.
    pub at: Stretch,
    /// When the frame came.
    seen: i64,
    /// Where the name stands in `frame`.
    desc: (usize, usize),
    count: f64,
    elapsed_seconds: u32,
    is_full: bool,
    /// A line end came after the frame.
    ended: bool,
}

/// More bars at once than any program shows.
const MAX_RUNNING: usize = 8;

impl Bar {
    fn desc(&self) -> &[u8] {
        self.frame.get(self.desc.0..self.desc.1).unwrap_or(b"")
    }

    pub(crate) fn progress(&self) -> Option<Progress> {
        Some(Frame::leading(&self.frame)?.0.to_progress(self.seen))
    }
}

impl Bars {
    /// Takes the next frame, whose text is `text`, which stands at `at` and came at `seen`. Gives back the bar that
    /// it ends by being another one of the same name, or one bar too many.
    pub(crate) fn moved(
        &mut self,
        frame: &Frame<'_>,
        text: &[u8],
        at: Stretch,
        seen: i64,
    ) -> Option<Bar> {
        let indent = text.len() - text.trim_ascii_start().len();
        let text = text.trim_ascii();
        let has_name = !frame.desc.is_empty();
        let desc_at =
            if has_name { memchr::memmem::find(text, frame.desc).unwrap_or(0) } else { 0 };
        let mut bar = Bar {
            frame: Vec::new(),
            at: at.part(indent, text.len()),
            seen,
            desc: (desc_at, desc_at + frame.desc.len()),
            count: frame.count(),
            elapsed_seconds: frame.elapsed_seconds(),
            is_full: frame.is_full(),
            ended: false,
        };
        let before = self.running.iter().rposition(|running| running.desc() == frame.desc);
        let mut over = before.map(|at| self.running.remove(at));
        if let Some(same) = over.take_if(|before| {
            bar.count >= before.count && bar.elapsed_seconds >= before.elapsed_seconds
        }) {
            // The next frame of a running bar is the common case: its buffer serves again.
            bar.frame = same.frame;
        } else if over.is_none() && self.running.len() >= MAX_RUNNING {
            over = Some(self.running.remove(0));
        }
        bar.frame.clear();
        bar.frame.extend_from_slice(text);
        self.running.push(bar);
        over
    }

    /// The line of the bar that moved last has ended. A full bar is over then; of another it is not
    /// known yet (several bars at once end their lines too), until something else is printed.
    pub(crate) fn line_ended(&mut self) -> Option<Bar> {
        let last = self.running.last_mut()?;
        last.ended = true;
        if last.is_full { self.running.pop() } else { None }
    }

    /// Something else was printed on a line of its own: takes out a bar whose line had ended.
    pub(crate) fn take_ended(&mut self) -> Option<Bar> {
        let at = self.running.iter().position(|bar| bar.ended)?;
        Some(self.running.remove(at))
    }

    /// The process is over, and its bars with it.
    pub(crate) fn take_any(&mut self) -> Option<Bar> {
        (!self.running.is_empty()).then(|| self.running.remove(0))
    }

    pub(crate) fn newest(&self) -> Option<&Bar> {
        self.running.last()
    }
}
