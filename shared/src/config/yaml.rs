//! Reads YAML (and so JSON) into a tree, and says what is wrong with it.
//!
//! A derived reader would stop at its first mistake and forget where a value stood. So the tree is made of the parser's
//! events.

mod copies;
mod refusal;
mod scalar;

use std::fmt::{self, Write as _};

use moffman_yaml::{Event, Events, ScalarStyle, ScanError, Span};

use self::copies::Anchors;
use self::refusal::{BAD_TAG, DEEPEST, ENDS_EARLY, NO_NAME, NOTHING_TO_MERGE, Refusal, SEVERAL, TOO_DEEP, TOO_LARGE};
use super::mistakes::{Mistake, Origin};
use super::tree::{Member, Node, Value};

/// The most keys of one mapping, of which each is compared with the ones before.
const MOST_KEYS: usize = 10_000;

/// Parses the value of the key `path`, or a whole document if the path is empty. Text of white space and comments is
/// null. Mistakes in the YAML are reported, and so is a key given twice, of which the first one counts.
pub(super) fn parse(text: &str, origin: &Origin, path: &str, mistakes: &mut Vec<Mistake>) -> Option<Node> {
    let mut planter =
        Planter { events: Events::of(text), origin, path: path.to_owned(), anchors: Anchors::default(), mistakes };
    match planter.document() {
        Ok(root) => Some(root),
        Err(Refusal { place, message }) => {
            mistakes.push(Mistake::new(place, path, message));
            None
        }
    }
}

/// Makes the tree out of the events.
struct Planter<'a> {
    events: Events<'a>,
    origin: &'a Origin,
    /// The key whose value is read now.
    path: String,
    anchors: Anchors,
    mistakes: &'a mut Vec<Mistake>,
}

impl<'a> Planter<'a> {
    /// The only document.
    fn document(&mut self) -> Result<Node, Refusal> {
        let (mut root, mut end) = (None, self.origin.clone());
        while let Some((event, span)) = self.next()? {
            end = self.place(span);
            match event {
                Event::DocumentStart(..) if root.is_some() => return Err(self.refusal(span, SEVERAL)),
                Event::DocumentStart(..) => {
                    let first = self.following()?;
                    root = Some(self.node(first, 0)?);
                }
                _ => {}
            }
        }
        Ok(root.unwrap_or_else(|| Node::null(&end)))
    }

    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, Refusal> {
        let unread = |error: ScanError| Refusal {
            place: place(self.origin, error.marker().line(), error.marker().col()),
            message: format!("not valid YAML: {}", error.info()),
        };
        self.events.next().transpose().map_err(unread)
    }

    /// The next event where one must come.
    fn following(&mut self) -> Result<(Event<'a>, Span), Refusal> {
        self.next()?.ok_or_else(|| Refusal { place: self.origin.clone(), message: ENDS_EARLY.into() })
    }

    /// The node that begins with an event, inside `depth` others.
    fn node(&mut self, (event, span): (Event<'a>, Span), depth: usize) -> Result<Node, Refusal> {
        let place = self.place(span);
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar::value(text, style, tag.as_deref()).ok_or_else(|| self.refusal(span, BAD_TAG))?;
                (value, anchor)
            }
            Event::Alias(anchor) => return self.anchors.copy(anchor, &place, depth),
            Event::SequenceStart(_, anchor, tag) => {
                self.enter(span, depth, scalar::is_of(tag.as_deref(), "seq"))?;
                (Value::List(self.items(depth)?), anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.enter(span, depth, scalar::is_of(tag.as_deref(), "map"))?;
                (Value::Mapping(self.members(depth)?), anchor)
            }
            _ => return Err(self.refusal(span, TOO_LARGE)),
        };
        let node = Node { value, origin: place };
        self.anchors.keep(anchor, &node);
        Ok(node)
    }

    fn enter(&self, span: Span, depth: usize, has_fitting_tag: bool) -> Result<(), Refusal> {
        match (depth, has_fitting_tag) {
            (DEEPEST, _) => Err(self.refusal(span, TOO_DEEP)),
            (_, false) => Err(self.refusal(span, BAD_TAG)),
            (_, true) => Ok(()),
        }
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, Refusal> {
        let mut items = Vec::new();
        loop {
            match self.following()? {
                (Event::SequenceEnd, _) => return Ok(items),
                first => items.push(self.below(format_args!("[{}]", items.len()), first, depth)?),
            }
        }
    }

    fn members(&mut self, depth: usize) -> Result<Vec<Member>, Refusal> {
        let mut members: Vec<Member> = Vec::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.following()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let is_merge = is_merge(&event);
            let name = self.name(event, span)?;
            let first = self.following()?;
            let place = self.place(span);
            let dot = if self.path.is_empty() { "" } else { "." };
            if is_merge {
                let node = self.below(format_args!("{dot}<<"), first, depth)?;
                merged.extend(mappings(node).ok_or_else(|| Refusal { place, message: NOTHING_TO_MERGE.into() })?);
                continue;
            }
            let mut node = self.below(format_args!("{dot}{name}"), first, depth)?;
            if node.is_null() {
                // An empty value has no place of its own.
                node.origin = place.clone();
            }
            match members.iter().find(|member| member.name == name) {
                Some(given) => self.report_twice(place, &name, &given.origin),
                None if members.len() == MOST_KEYS => return Err(Refusal { place, message: TOO_LARGE.into() }),
                None => members.push(Member { name, origin: place, node }),
            }
        }
        for member in merged {
            if members.iter().any(|given| given.name == member.name) {
                continue;
            }
            if members.len() == MOST_KEYS {
                return Err(Refusal { place: member.origin, message: TOO_LARGE.into() });
            }
            members.push(member);
        }
        Ok(members)
    }

    /// A key. What looks like a number or `true` is text here.
    fn name(&mut self, event: Event<'a>, span: Span) -> Result<String, Refusal> {
        match event {
            Event::Scalar(written, style, anchor, tag) => {
                let value = scalar::value(written.clone(), style, tag.as_deref());
                let value = value.ok_or_else(|| self.refusal(span, BAD_TAG))?;
                let node = Node { value, origin: self.place(span) };
                self.anchors.keep(anchor, &node);
                match node.value {
                    Value::Null => Err(self.refusal(span, NO_NAME)),
                    Value::Text(name) => Ok(name),
                    _ => Ok(written.into_owned()),
                }
            }
            Event::Alias(anchor) => match self.anchors.copy(anchor, &self.place(span), 0)?.value {
                Value::Text(name) | Value::Number(name) => Ok(name),
                Value::Bool(value) => Ok(value.to_string()),
                _ => Err(self.refusal(span, NO_NAME)),
            },
            _ => Err(self.refusal(span, NO_NAME)),
        }
    }

    /// The node at a longer path, in one more list or mapping.
    fn below(&mut self, segment: fmt::Arguments<'_>, first: (Event<'a>, Span), depth: usize) -> Result<Node, Refusal> {
        let length = self.path.len();
        // Writing to a text never fails.
        let _ = self.path.write_fmt(segment);
        let node = self.node(first, depth + 1)?;
        self.path.truncate(length);
        Ok(node)
    }

    fn report_twice(&mut self, place: Origin, name: &str, first: &Origin) {
        let dot = if self.path.is_empty() { "" } else { "." };
        let path = format!("{}{dot}{name}", self.path);
        let line = if let Origin::File { line, .. } = first { *line } else { 1 };
        self.mistakes.push(Mistake::new(place, &path, format!("given twice, first in line {line}")));
    }

    fn place(&self, span: Span) -> Origin {
        place(self.origin, span.start.line(), span.start.col())
    }

    fn refusal(&self, span: Span, message: &str) -> Refusal {
        Refusal { place: self.place(span), message: message.to_owned() }
    }
}

/// The parser counts lines from 1 and columns from 0.
fn place(origin: &Origin, line: usize, column: usize) -> Origin {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    origin.at(count(line), count(column).saturating_add(1))
}

/// Whether a key takes the members of other mappings into its own.
fn is_merge(event: &Event<'_>) -> bool {
    matches!(event, Event::Scalar(name, ScalarStyle::Plain, _, None) if name == "<<")
}

/// The members of a mapping, or of the mappings in a list. Nothing has none.
fn mappings(node: Node) -> Option<Vec<Member>> {
    let values = match node.value {
        Value::List(items) => items.into_iter().map(|item| item.value).collect(),
        value => vec![value],
    };
    let each = values.into_iter().map(|value| match value {
        Value::Null => Some(Vec::new()),
        Value::Mapping(members) => Some(members),
        _ => None,
    });
    Some(each.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests;
