//! Reads YAML (and so JSON) into a tree in which every key and value knows its line and column.
//!
//! Numbers keep the text they were written with, so that an employee number `007` stays `007`. A key given twice is
//! reported and the first one counts; serde-saphyr alone would stop there.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned};

/// What is said where the second document begins.
const SEVERAL: &str = "another YAML document begins here; allowed: one, so without a line `---` or `...` before it";

/// A position in the text, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub line: u64,
    pub column: u64,
}

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Node {
    pub value: Value,
    pub position: Position,
}

/// A YAML value; numbers are text that reads as a number.
#[derive(Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Mapping(Vec<Member>),
}

/// A key of a mapping and its value.
#[derive(Clone)]
pub(super) struct Member {
    pub name: String,
    pub position: Position,
    pub node: Node,
}

/// A place in the text, the key's path there, and what is wrong.
#[derive(Debug)]
pub(super) struct TreeMistake {
    pub position: Position,
    pub path: String,
    pub message: String,
}

/// A tree, and the keys that were given twice.
pub(super) struct Tree {
    pub root: Node,
    pub duplicates: Vec<TreeMistake>,
}

impl Node {
    /// A null that stands nowhere.
    pub(super) const NULL: Self = Self { value: Value::Null, position: Position { line: 0, column: 0 } };

    /// A text that stands nowhere.
    pub(super) fn text(text: &str) -> Self {
        Self { value: Value::Text(text.to_owned()), ..Self::NULL }
    }

    pub(super) const fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }
}

/// Parses one YAML document; nothing but white space and comments is null.
pub(super) fn parse(source: &str) -> Result<Tree, TreeMistake> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
        // Tens of thousands of users in one file are fine. Each level takes a good part of a thread's stack, and settings have
        // five.
        budget: serde_saphyr::budget! { max_depth: 16, max_nodes: 4_000_000, max_events: 8_000_000 },
        // In pieces, about three for a key and its value: a few lines of aliases to aliases can stand for gigabytes.
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 20_000 },
    };
    let raw: Spanned<Raw> = serde_saphyr::from_str_with_options(source, options).map_err(|error| syntax(&error))?;
    let mut tree = Tree { root: Node::NULL, duplicates: Vec::new() };
    tree.root = convert(raw, source, "", &mut tree.duplicates);
    Ok(tree)
}

fn syntax(error: &serde_saphyr::Error) -> TreeMistake {
    let formatter = serde_saphyr::UserMessageFormatter;
    // What goes wrong where an alias stands comes wrapped.
    let mut cause = error;
    while let serde_saphyr::Error::AliasError { error, .. } | serde_saphyr::Error::WithSnippet { error, .. } = cause {
        cause = error;
    }
    let position = error.location().map(position).unwrap_or_default();
    let message = match cause {
        serde_saphyr::Error::MultipleDocuments { .. } => {
            return TreeMistake { position, path: String::new(), message: SEVERAL.to_owned() };
        }
        serde_saphyr::Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => "nested too deeply".into(),
        serde_saphyr::Error::Budget { .. } | serde_saphyr::Error::AliasReplayLimitExceeded { .. } => {
            "larger or more intricate than a configuration can be".into()
        }
        error => serde_saphyr::MessageFormatter::format_message(&formatter, error),
    };
    TreeMistake { position, path: String::new(), message: format!("not valid YAML: {message}") }
}

fn position(location: Location) -> Position {
    Position { line: location.line(), column: location.column() }
}

fn convert(raw: Spanned<Raw>, source: &str, path: &str, duplicates: &mut Vec<TreeMistake>) -> Node {
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Bool(value) => Value::Bool(value),
        Raw::Number(number) => Value::Number(written(source, raw.defined).map_or(number, str::to_owned)),
        Raw::Text(text) => Value::Text(text),
        Raw::List(items) => {
            let items = items.into_iter().enumerate();
            Value::List(items.map(|(n, item)| convert(item, source, &format!("{path}[{n}]"), duplicates)).collect())
        }
        Raw::Mapping(raw_members) => {
            let mut members = Vec::with_capacity(raw_members.len());
            let mut lines = HashMap::with_capacity(raw_members.len());
            for (name, value) in raw_members {
                let at = position(name.referenced);
                let path = if path.is_empty() { name.value.clone() } else { format!("{path}.{}", name.value) };
                if let Some(first) = lines.get(&name.value) {
                    let message = format!("given twice, first in line {first}");
                    duplicates.push(TreeMistake { position: at, path, message });
                } else {
                    lines.insert(name.value.clone(), at.line);
                    let node = convert(value, source, &path, duplicates);
                    members.push(Member { name: name.value, position: at, node });
                }
            }
            Value::Mapping(members)
        }
    };
    Node { value, position: position(raw.referenced) }
}

/// The text of a number as it stands in the source.
fn written(source: &str, location: Location) -> Option<&str> {
    let span = location.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let end = start.checked_add(usize::try_from(span.byte_len()?).ok()?)?;
    let text = source.get(start..end)?.trim();
    text.parse::<f64>().is_ok().then_some(text)
}

/// What serde-saphyr hands over, before positions are simplified.
enum Raw {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Mapping(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Raw::Mapping(members))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    /// Writes a tree as `line:column value`, to compare it at a glance.
    fn show(node: &Node) -> String {
        let Position { line, column } = node.position;
        let value = match &node.value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(text) => format!("#{text}"),
            Value::Text(text) => format!("{text:?}"),
            Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
            Value::Mapping(members) => {
                let members = members
                    .iter()
                    .map(|m| format!("{}:{} {}= {}", m.position.line, m.position.column, m.name, show(&m.node)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
            }
        };
        format!("{line}:{column} {value}")
    }

    fn tree(source: &str) -> String {
        show(&parse(source).unwrap().root)
    }

    #[test]
    fn values_know_their_place() {
        insta::assert_snapshot!(tree("a: 1\nb:\n  - x\n  - {c: true, d: 'no'}\n"), @r#"1:1 {1:1 a= 1:4 #1, 2:1 b= 3:3 [3:5 "x", 4:5 {4:6 c= 4:9 true, 4:15 d= 4:18 "no"}]}"#);
    }

    #[test]
    fn numbers_keep_their_text() {
        insta::assert_snapshot!(tree("[007, 12.50, -1, 1_000, \"5\", 99999999999999999999, .inf, 0.0.0.0]"), @r#"1:1 [1:2 #007, 1:7 #12.50, 1:14 #-1, 1:18 "1_000", 1:25 "5", 1:30 #99999999999999999999, 1:52 ".inf", 1:58 "0.0.0.0"]"#);
    }

    #[test]
    fn words_are_text_but_for_those_of_yaml_1_2() {
        insta::assert_snapshot!(tree("[yes, no, on, true, False, ~, null, '']"), @r#"1:1 [1:2 "yes", 1:7 "no", 1:11 "on", 1:15 true, 1:21 false, 1:28 null, 1:31 null, 1:37 ""]"#);
    }

    #[test]
    fn json_is_yaml() {
        insta::assert_snapshot!(tree("{\"a\": {\"b\": [1, null, \"x\\u010d\"]}}"), @r#"1:1 {1:2 a= 1:7 {1:8 b= 1:13 [1:14 #1, 1:17 null, 1:23 "xč"]}}"#);
    }

    #[test]
    fn aliases_and_merge_keys_stand_where_they_are_used() {
        insta::assert_snapshot!(tree("a: &x {m: 01}\nb: *x\nc:\n  <<: *x\n  n: 2\n"), @r#"1:1 {1:1 a= 1:7 {1:8 m= 1:11 #01}, 2:1 b= 2:4 {2:4 m= 2:4 #01}, 3:1 c= 4:3 {5:3 n= 5:6 #2, 4:7 m= 4:7 #01}}"#);
    }

    #[test]
    fn nothing_is_null() {
        assert!(parse("").unwrap().root.is_null());
        assert!(parse("# only a comment\n").unwrap().root.is_null());
    }

    #[test]
    fn a_key_given_twice_is_reported() {
        let tree = parse("a:\n  b: 1\n  c: 2\n  b: 3\n").unwrap();
        let [twice] = tree.duplicates.as_slice() else { panic!("{:?}", tree.duplicates) };
        assert_eq!((twice.position, twice.path.as_str()), (Position { line: 4, column: 3 }, "a.b"));
        assert_eq!(twice.message, "given twice, first in line 2");
    }

    #[test]
    fn syntax_errors_have_a_place() {
        for source in ["a: [1, 2\nb: 3\n", "a: 1\n b: 2\n", "a: 'x\n", "a: *nothing\n", "a: 1\n---\nb: 2\n", "{a: 1"] {
            let mistake = parse(source).err().unwrap_or_else(|| panic!("{source:?} was accepted"));
            assert!(mistake.position.line >= 1, "{source:?}: {mistake:?}");
            assert!(!mistake.message.contains('\n'), "{source:?}: {mistake:?}");
        }
    }

    #[test]
    fn several_documents_are_refused_where_the_second_begins() {
        for (source, line) in [
            ("a: 1\n---\nb: 2\n", 3),
            ("---\na: 1\n...\n---\nb: 2\n", 5),
            ("---\n---\na: 1\n", 3),
            ("a: 1\n...\nb: 2\n", 3),
            ("a: 1\n--- # nothing more\n", 2),
            ("a: 1\n---\n---\nb: 2\n", 2),
            ("--- {a: 1}\n--- {b: 2}\n", 2),
            ("a: 1\r\n---\r\nb: 2\r\n", 3),
        ] {
            let mistake = parse(source).err().unwrap_or_else(|| panic!("{source:?} was accepted"));
            assert_eq!((mistake.position.line, mistake.message.as_str()), (line, SEVERAL), "{source:?}");
        }
        for source in ["%YAML 1.2\n---\na: 1\n", "---\na: 1\n...\n", "a: |\n  x\n  ---\n  y\n", "a: '---'\n"] {
            assert!(parse(source).is_ok(), "{source:?}");
        }
    }

    #[test]
    fn the_limits_are_said_plainly() {
        let message = |source: &str| parse(source).err().unwrap().message;
        for brackets in [20, 100] {
            let deep = format!("a: {}{}", "[".repeat(brackets), "]".repeat(brackets));
            assert_eq!(message(&deep), "not valid YAML: nested too deeply");
        }
        let aliases = format!("a: &x 1\nb: [{}]", "*x, ".repeat(60_000));
        let intricate = "not valid YAML: larger or more intricate than a configuration can be";
        assert_eq!(message(&aliases), intricate);
        let deep_alias = format!("a: &x {}{}\nb: [[[[[[*x]]]]]]", "[".repeat(12), "]".repeat(12));
        assert_eq!(message(&deep_alias), "not valid YAML: nested too deeply");
        assert!(parse(&format!("a: &x {{m: 1}}\nb: [{}]", "*x, ".repeat(90))).is_ok());
    }

    #[test]
    fn aliases_of_aliases_do_not_grow_without_bound() {
        let mut source = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..7 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            writeln!(source, "a{level}: &a{level} [{before}]").unwrap();
        }
        let intricate = "not valid YAML: larger or more intricate than a configuration can be";
        assert_eq!(parse(&source).err().unwrap().message, intricate);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(source in "([-a:{}\\[\\],&*!|>'\"#% \n\t]|\\PC){0,24}") {
            let _ = parse(&source);
        }
    }
}
