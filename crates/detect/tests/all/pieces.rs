//! Nothing depends on how the bytes of a file are cut into pieces, or on whether the detector was
//! stored and restored between them.

use crate::support::{Step, drive, run};
use detect::{Context, Detector, Start, State};
use proptest::prelude::*;

/// Pieces of files, among them all that crosses borders: line ends, frames, characters, marks.
const FRAGMENTS: [&[u8]; 54] = [
    b"2024-12-17 14:30:52,123 INFO yield speech len 4.12, rtf 0.307\n",
    b"2024-12-17 14:30:53 ERROR inference failed, seed=7",
    b"[INFO] 2024-12-17T14:30:52Z Audio sample received, duration=4.2s\r\n",
    b"[SYSTEM] Starting CosyVoice3 v0.3 @ commit abc1234\n",
    b"INFO:     Started server process [4711]\n",
    b"python=3.10 device=cuda:0\n",
    b"\r  0%|          | 0/2 [00:00<?, ?it/s]",
    "\r 50%|█████     | 1/2 [00:01<00:01,  1.31s/it]".as_bytes(),
    "\r100%|██████████| 2/2 [00:02<00:00,  1.31s/it]".as_bytes(),
    "\rtext:  12%|█▏| 45/384(max) [00:00, 104.66it/s]".as_bytes(),
    b"Traceback (most recent call last):\n",
    b"  File \"x.py\", line 1, in <module>\n",
    b"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.\n",
    b"During handling of the above exception, another exception occurred:\n",
    b"{\"ts\":\"2024-12-17T14:30:52Z\",\"level\":\"info\",\"rtf\":0.5,\"err\":{\"type\":\"E\"}}\n",
    b"Dec 17 14:30:52 box kernel: x\n",
    b"Dec 17 14:30:52 box tts[47]: Traceback (most recent call last):\n",
    b"web-1  | Traceback (most recent call last):\n",
    b"web-1  |   File \"x.py\", line 1\n",
    b"db-1   | ",
    b"(APIServer pid=1) ERROR 12-17 14:31:24 [core.py:708] Traceback (most recent call last):\n",
    b"(APIServer pid=1) ERROR 12-17 14:31:24 [core.py:708]   File \"x.py\"\n",
    b"[rank0]: ValueError: x\n",
    b"{\"log\":\"\\r 50%|##| 1/2 [00:01<00:01, 1it/s]a line in \",\"stream\":\"stderr\",\"time\":\"2024-12-17T14:30:52.5Z\"}\n",
    b"{\"log\":\"pieces\\n\",\"stream\":\"stderr\",\"time\":\"2024-12-17T14:30:52.5Z\"}\n",
    b"2024-12-17T14:30:52.123456789Z stdout P a line in ",
    b"2024-12-17T14:30:52.123456789Z stdout F pieces\n",
    b"2024-12-17T14:30:52.123456789Z plain\n",
    b"timestamp, utilization.gpu [%]\n",
    b"2024/12/17 14:30:52.123, 45 %\n",
    b"\r5it [00:01, 4.52it/s]",
    "\r   ━━━━━╸━━ 1.2/2.7 GB 39.4 MB/s eta 0:00:37".as_bytes(),
    b"I\0N\0F\0O\0",
    b"\0I\0N",
    "合成失败：显存不足".as_bytes(),
    b"\xba\xcf\xb3\xc9\xca\xa7\xb0\xdc\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"a\0b\0\n\0",
    b"\x3d\xd8\x00\xde",
    b"\x1b[31mred\x1b[0m",
    b"\x1b[",
    b"\0\0\0",
    b"\xff\xc3",
    b"\n",
    b"\n\n",
    b"\r",
    b"\r\n",
    b" ",
    b"  indented\n",
    b"plain words\n",
    b"plain",
    b"Killed\n",
    b"a long line of words that is longer than the limit of the test, and goes on and on\n",
];

fn file() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(&FRAGMENTS[..]), 0..24)
        .prop_map(|fragments| fragments.concat())
}

proptest! {
    #[test]
    fn pieces_do_not_matter(
        bytes in file(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        max_line in prop::sample::select(vec![16_usize, 60, 4 << 20]),
        mtime_ms in prop::sample::select(vec![0_i64, 1_734_445_000_000]),
    ) {
        let context = Context { max_line, ..Context::default() };
        let start = Start { offset: 0, mtime: mtime_ms * crate::support::MS };
        let ends = [Step::Settle(5), Step::Feed(6, b"  more\nlast"), Step::Finish(7)];
        let whole: Vec<Step<'_>> =
            [Step::Feed(5, &bytes)].into_iter().chain(ends.iter().cloned()).collect();
        let expected = run(&context, start, &whole);

        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut detector = Detector::new(context.clone(), start);
        let mut found = String::new();
        for pair in cuts.windows(2) {
            drive(&mut detector, &Step::Feed(5, &bytes[pair[0]..pair[1]]), &mut found);
            let stored = serde_json::to_string(detector.state()).unwrap();
            let state: State = serde_json::from_str(&stored).unwrap();
            detector = Detector::restore(context.clone(), state);
        }
        for step in &ends {
            drive(&mut detector, step, &mut found);
        }
        prop_assert_eq!(found, expected);
        prop_assert_eq!(detector.offset(), bytes.len() as u64 + 11);
    }

    /// Of bytes without any meaning, and of those that look like some, nothing is lost or panics.
    #[test]
    fn any_bytes_are_taken(
        bytes in prop::collection::vec(
            prop_oneof![
                any::<u8>(),
                prop::sample::select(&b"\r\n\0 \t[]%|:-\x1b{}\"=\xE2\x94\x810123456789TZINFO"[..]),
            ],
            0..400,
        ),
        piece in 1_usize..50,
    ) {
        let context = Context { max_line: 32, ..Context::default() };
        let whole = [Step::Feed(1, &bytes), Step::Finish(1)];
        let expected = run(&context, Start::default(), &whole);
        let mut pieces: Vec<Step<'_>> =
            bytes.chunks(piece).map(|piece| Step::Feed(1, piece)).collect();
        pieces.push(Step::Finish(1));
        prop_assert_eq!(run(&context, Start::default(), &pieces), expected);
    }
}
