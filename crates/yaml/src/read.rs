use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::{Kind, Mark, Node, Problem};

/// Deeper files are refused: reading them would take the whole stack.
const MAX_DEPTH: usize = 64;
/// What `<<: *alias` merges; YAML 1.1 has it, and files use it.
const MERGE: &str = "<<";

/// Reads the first document of a file; an empty one is nothing.
pub fn parse(text: &str) -> Result<Arc<Node>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut tree = Tree::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let mark = error.marker();
            let mark = Mark { line: mark.line(), column: mark.col() + 1 };
            Problem::new(mark, error.info())
        })?;
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        tree.take(event, mark_of(span))?;
    }
    let nothing = Kind::Scalar { text: String::new(), is_plain: true };
    let empty = || Arc::new(Node { mark: Mark { line: 1, column: 1 }, kind: nothing });
    Ok(tree.root.unwrap_or_else(empty))
}

fn mark_of(span: Span) -> Mark {
    Mark { line: span.start.line(), column: span.start.col() + 1 }
}

/// A key and its value.
type Pair = (Arc<Node>, Arc<Node>);
type Pairs = Vec<Pair>;

/// What is read so far.
#[derive(Default)]
struct Tree {
    root: Option<Arc<Node>>,
    /// Lists and mappings that are not closed yet, the outermost first.
    open: Vec<Open>,
    anchors: HashMap<usize, Arc<Node>>,
}

struct Open {
    mark: Mark,
    anchor: usize,
    parts: Parts,
}

enum Parts {
    List(Vec<Arc<Node>>),
    /// The key whose value comes next.
    Map(Pairs, Option<Arc<Node>>),
}

impl Tree {
    fn take(&mut self, event: Event<'_>, mark: Mark) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_plain = style == ScalarStyle::Plain;
                let kind = Kind::Scalar { text: text.into_owned(), is_plain };
                self.add(Arc::new(Node { mark, kind }), anchor)
            }
            Event::SequenceStart(anchor, _) => {
                self.open(Open { mark, anchor, parts: Parts::List(Vec::new()) })
            }
            Event::MappingStart(anchor, _) => {
                self.open(Open { mark, anchor, parts: Parts::Map(Vec::new(), None) })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { mark, anchor, parts }) = self.open.pop() else { return Ok(()) };
                let kind = match parts {
                    Parts::List(items) => Kind::List(items),
                    Parts::Map(pairs, _) => Kind::Map(merged(pairs)?),
                };
                self.add(Arc::new(Node { mark, kind }), anchor)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => self.add(Arc::clone(node), 0),
                None => Err(Problem::new(mark, "the alias is used inside what it names")),
            },
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn open(&mut self, open: Open) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(Problem::new(open.mark, message));
        }
        self.open.push(open);
        Ok(())
    }

    fn add(&mut self, node: Arc<Node>, anchor: usize) -> Result<(), Problem> {
        if anchor > 0 {
            self.anchors.insert(anchor, Arc::clone(&node));
        }
        match self.open.last_mut().map(|open| &mut open.parts) {
            None => self.root = Some(node),
            Some(Parts::List(items)) => items.push(node),
            Some(Parts::Map(pairs, key)) => match key.take() {
                Some(key) => pairs.push((key, node)),
                None => *key = Some(node),
            },
        }
        Ok(())
    }
}

/// The pairs with what they merge; a key that stands there itself wins.
fn merged(pairs: Pairs) -> Result<Pairs, Problem> {
    let mut all: Pairs = Vec::with_capacity(pairs.len());
    let mut inherited: Vec<Arc<Node>> = Vec::new();
    let has = |all: &[Pair], name: &str| all.iter().any(|(key, _)| key.text() == Some(name));
    for (key, value) in pairs {
        let Some(name) = key.text() else {
            return Err(Problem::new(key.mark, "a key must be a word, not a list or a mapping"));
        };
        if name == MERGE {
            match &value.kind {
                Kind::List(items) => inherited.extend(items.iter().cloned()),
                _ => inherited.push(value),
            }
        } else if has(&all, name) {
            return Err(Problem::new(key.mark, format!("the key {name:?} is there twice")));
        } else {
            all.push((key, value));
        }
    }
    for node in inherited {
        let Kind::Map(pairs) = &node.kind else {
            return Err(Problem::new(node.mark, "<< merges a mapping, not this"));
        };
        for (key, value) in pairs {
            if key.text().is_some_and(|name| !has(&all, name)) {
                all.push((Arc::clone(key), Arc::clone(value)));
            }
        }
    }
    Ok(all)
}
