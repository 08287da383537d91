//! Reads the YAML that most configurations are, at a third of what it costs to read any: mappings, lists and scalars
//! without anchors, tags or mistakes. Every start of a function reads the configuration.

use std::borrow::Cow;

use moffman_yaml::{Event, Events, ScalarStyle, Span};

use super::mistakes::{Mistake, Origin};
use super::tree::{Member, Node, Value};
use super::yaml;

/// What is longer, deeper or has more keys in one mapping may be beyond a limit.
const LONGEST: usize = 1_000_000;
const DEEPEST: usize = 8;
const MOST_KEYS: usize = 64;
/// Words that may be something else than text, in some capitals.
const WORDS: [&str; 5] = ["", "~", "null", "true", "false"];
/// The most digits that are a whole number for certain.
const MOST_DIGITS: usize = 15;

/// As [`yaml::parse`], which is asked about everything that is out of the ordinary.
pub(super) fn parse(text: &str, origin: &Origin, path: &str, mistakes: &mut Vec<Mistake>) -> Option<Node> {
    quickly(text, origin).or_else(|| yaml::parse(text, origin, path, mistakes))
}

fn quickly(text: &str, origin: &Origin) -> Option<Node> {
    let events = (text.len() <= LONGEST).then(|| Events::of(text))?;
    Planter { events, origin }.document()
}

struct Planter<'a> {
    events: Events<'a>,
    origin: &'a Origin,
}

impl<'a> Planter<'a> {
    /// The only document.
    fn document(mut self) -> Option<Node> {
        let (Event::StreamStart, _) = self.events.next()? else { return None };
        let (Event::DocumentStart(..), _) = self.events.next()? else { return None };
        let first = self.events.next()?;
        let root = self.node(first, 0)?;
        let (Event::DocumentEnd, _) = self.events.next()? else { return None };
        let (Event::StreamEnd, _) = self.events.next()? else { return None };
        Some(root)
    }

    /// The node that begins with an event.
    fn node(&mut self, (event, span): (Event<'a>, Span), depth: usize) -> Option<Node> {
        let value = match event {
            Event::Scalar(text, style, 0, None) => scalar(text, style)?,
            Event::SequenceStart(_, 0, None) if depth < DEEPEST => Value::List(self.items(depth)?),
            Event::MappingStart(_, 0, None) if depth < DEEPEST => Value::Mapping(self.members(depth)?),
            _ => return None,
        };
        Some(Node { value, origin: self.place(span) })
    }

    fn items(&mut self, depth: usize) -> Option<Vec<Node>> {
        let mut items = Vec::new();
        loop {
            match self.events.next()? {
                (Event::SequenceEnd, _) => return Some(items),
                first => items.push(self.node(first, depth + 1)?),
            }
        }
    }

    fn members(&mut self, depth: usize) -> Option<Vec<Member>> {
        let mut members: Vec<Member> = Vec::new();
        loop {
            let (name, span) = match self.events.next()? {
                (Event::MappingEnd, _) => return Some(members),
                (Event::Scalar(name, style, 0, None), span) if is_name(&name, style) => (name.into_owned(), span),
                _ => return None,
            };
            if members.len() == MOST_KEYS || members.iter().any(|member| member.name == name) {
                return None;
            }
            let first = self.events.next()?;
            let mut node = self.node(first, depth + 1)?;
            let origin = self.place(span);
            if node.is_null() {
                // An empty value has no place of its own.
                node.origin = origin.clone();
            }
            members.push(Member { name, origin, node });
        }
    }

    fn place(&self, span: Span) -> Origin {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        self.origin.at(count(span.start.line()), count(span.start.col()).saturating_add(1))
    }
}

/// Whether a key is an ordinary one: neither a merge key nor null.
fn is_name(name: &str, style: ScalarStyle) -> bool {
    style != ScalarStyle::Plain || (name != "<<" && !is_word(name))
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Option<Value> {
    let is_plain = style == ScalarStyle::Plain;
    if is_plain && is_whole_number(&text) {
        return Some(Value::Number(text.into_owned()));
    }
    if is_plain && (is_word(&text) || is_like_a_number(&text)) {
        yaml::word(&text)
    } else {
        Some(Value::Text(text.into_owned()))
    }
}

fn is_word(text: &str) -> bool {
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn is_whole_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (1..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text begins as numbers do, and has nothing in it that no number has.
fn is_like_a_number(text: &str) -> bool {
    let is_sign = |byte: u8| matches!(byte, b'+' | b'-' | b'.');
    text.bytes().next().is_some_and(|first| first.is_ascii_digit() || is_sign(first))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte))
        && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
