//! Trees of small documents, each compared with what another reader of YAML makes of it.

mod oracle;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

/// Writes a tree as `line:column value`, to compare it at a glance.
fn show(node: &Node) -> String {
    let value = match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(text) => format!("#{text}"),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Mapping(members) => {
            let members = members.iter().map(|m| format!("{} {}= {}", place(&m.origin), m.name, show(&m.node)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    };
    format!("{} {value}", place(&node.origin))
}

fn place(origin: &Origin) -> String {
    let Origin::File { line, column, .. } = origin else { panic!("{origin:?}") };
    format!("{line}:{column}")
}

/// The tree, and the mistakes that were reported; the other reader makes the same tree, or none.
fn parse(source: &str) -> (Option<Node>, Vec<Mistake>) {
    let (tree, mistakes) = parse_alone(source);
    if mistakes.iter().any(|mistake| mistake.message == BAD_TAG) {
        // The other one passes over tags that it does not know.
        return (tree, mistakes);
    }
    let expected = oracle::parse(source, &file()).map(|node| show(&node));
    // The other one says that what is merged stands where its mapping does.
    let shown = |text: String| if source.contains("<<") { without_places(&text) } else { text };
    assert_eq!(tree.as_ref().map(show).map(shown), expected.map(shown), "{source:?}: {mistakes:?}");
    (tree, mistakes)
}

fn without_places(shown: &str) -> String {
    let is_place =
        |word: &&str| word.contains(':') && word.bytes().all(|byte| byte.is_ascii_digit() || b":[{".contains(&byte));
    shown.split(' ').filter(|word| !is_place(word)).collect::<Vec<_>>().join(" ")
}

fn parse_alone(source: &str) -> (Option<Node>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let tree = super::parse(source, &file(), "", &mut mistakes);
    (tree, mistakes)
}

fn file() -> Origin {
    Origin::File { file: "f".into(), line: 0, column: 0 }
}

/// The line and the text of the only mistake in a text that cannot be read.
fn mistake(source: &str) -> (u64, String) {
    let (None, mistakes) = parse(source) else { panic!("{source:?} was accepted") };
    let [Mistake { origin: Origin::File { line, .. }, message, .. }] = mistakes.as_slice() else {
        panic!("{source:?}: {mistakes:?}")
    };
    (*line, message.clone())
}

fn tree(source: &str) -> String {
    show(&parse(source).0.unwrap())
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
fn an_anchor_may_stand_at_a_key_and_an_alias_for_one() {
    insta::assert_snapshot!(tree("{&n 5: &t true, b: *n, *t : 1}"), @"1:1 {1:5 5= 1:11 true, 1:17 b= 1:20 #5, 1:24 true= 1:29 #1}");
    for (source, line) in [("\n&a {*a : 1}", 2), ("a: &l []\n*l : 1", 2), ("\n? []\n: 1", 2)] {
        let mistakes = parse_alone(source).1;
        assert!(place(&mistakes[0].origin).starts_with(&format!("{line}:")), "{source:?}: {mistakes:?}");
    }
}

#[test]
fn what_is_merged_has_no_name_in_a_message() {
    let (_, mistakes) = parse_alone("offices: {<<: [{prague: 1, prague: 2}]}\nofices: [{brno: 1, brno: 2}]");
    let paths: Vec<_> = mistakes.iter().map(|mistake| mistake.path.as_str()).collect();
    assert_eq!(paths, ["offices.…", "ofices[0].…"]);
}

#[test]
fn nothing_is_null() {
    assert!(parse("").0.unwrap().is_null());
    assert!(parse("# only a comment\n").0.unwrap().is_null());
}

#[test]
fn a_key_given_twice_is_reported() {
    let (tree, mistakes) = parse("general:\n  b: 1\n  c: 2\n  b: 3\n");
    assert_eq!(show(&tree.unwrap()), "1:1 {1:1 general= 2:3 {2:3 b= 2:6 #1, 3:3 c= 3:6 #2}}");
    let [twice] = mistakes.as_slice() else { panic!("{mistakes:?}") };
    assert_eq!((place(&twice.origin).as_str(), twice.path.as_str()), ("4:3", "general.b"));
    assert_eq!(twice.message, "given twice, first in line 2");
}

#[test]
fn syntax_errors_have_a_place() {
    for source in ["a: [1, 2\nb: 3\n", "a: 1\n b: 2\n", "a: 'x\n", "a: *nothing\n", "a: 1\n---\nb: 2\n", "{a: 1"] {
        let (line, message) = mistake(source);
        assert!(line >= 1 && !message.contains('\n'), "{source:?}: {message}");
    }
}

#[test]
fn several_documents_are_refused_where_the_second_begins() {
    for (source, line) in [
        ("a: 1\n---\nb: 2\n", 2),
        ("---\na: 1\n...\n---\nb: 2\n", 4),
        ("---\n---\na: 1\n", 2),
        ("a: 1\n...\nb: 2\n", 3),
        ("a: 1\n--- # nothing more\n", 2),
        ("a: 1\n---\n---\nb: 2\n", 2),
        ("--- {a: 1}\n--- {b: 2}\n", 2),
        ("a: 1\r\n---\r\nb: 2\r\n", 2),
    ] {
        assert_eq!(mistake(source), (line, SEVERAL.to_owned()), "{source:?}");
    }
    for source in ["%YAML 1.2\n---\na: 1\n", "---\na: 1\n...\n", "a: |\n  x\n  ---\n  y\n", "a: '---'\n"] {
        assert!(parse(source).0.is_some(), "{source:?}");
    }
}

#[test]
fn the_limits_are_said_plainly() {
    let message = |source: &str| mistake(source).1;
    for brackets in [20, 100] {
        let deep = format!("a: {}{}", "[".repeat(brackets), "]".repeat(brackets));
        assert_eq!(message(&deep), "not valid YAML: nested too deeply");
    }
    let aliases = format!("a: &x 1\nb: [{}]", "*x, ".repeat(60_000));
    let intricate = "not valid YAML: larger or more intricate than a configuration can be";
    assert_eq!(message(&aliases), intricate);
    let deep_alias = format!("a: &x {}{}\nb: [[[[[[*x]]]]]]", "[".repeat(12), "]".repeat(12));
    assert_eq!(message(&deep_alias), "not valid YAML: nested too deeply");
    assert!(parse(&format!("a: &x {{m: 1}}\nb: [{}]", "*x, ".repeat(90))).0.is_some());
}

#[test]
fn aliases_of_aliases_do_not_grow_without_bound() {
    let mut source = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..7 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        writeln!(source, "a{level}: &a{level} [{before}]").unwrap();
    }
    let intricate = "not valid YAML: larger or more intricate than a configuration can be";
    assert_eq!(mistake(&source).1, intricate);
}

#[test]
fn configurations_are_read_as_others_read_them() {
    let infra = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra");
    let example = fs::read_to_string(infra.join("config/moffman.example.yaml")).unwrap();
    assert!(parse(&example).0.is_some() && parse(&crate::config::template()).0.is_some());
    for file in fs::read_dir(infra.join("fuzz/corpus/configuration")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let _ = parse(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_tag_is_one_of_yamls_own_and_true() {
    insta::assert_snapshot!(tree("[!!str 7, ! 7, !!int 7, !!int '7', !!null '', !!bool true, !!seq [], !!map {}]"), @r#"1:1 [1:8 "7", 1:13 "7", 1:22 #7, 1:31 #7, 1:43 null, 1:54 true, 1:66 [], 1:76 {}]"#);
    for source in [
        "!!int x",
        "!!bool 1",
        "!!seq {}",
        "!!map 1",
        "!mine x",
        "!mine [x]",
        "!!set {}",
        "!!binary eA==",
        "!!null x",
        "!!int 1.5",
        "!mine a: 1",
        "!!int a: 1",
    ] {
        assert!(parse_alone(source).0.is_none(), "{source}");
    }
}

proptest! {
    #[test]
    fn scalars_are_what_others_read(text in "[-+.0-9abeEfFinNtrulsyxo_~:' ]{1,7}") {
        for source in [format!("a: {text}\nb:\n- {text}\n"), format!("{{a: {text}, {text}: [{text}]}}")] {
            let _ = parse(&source);
        }
    }

    #[test]
    fn documents_are_what_others_read(
        pieces in prop::collection::vec(prop::sample::select(PIECES.as_slice()), 0..20),
    ) {
        let _ = parse(&pieces.concat());
    }

    #[test]
    fn any_text_is_read_or_refused(source in "([-a:{}\\[\\],&*!|>'\"#% \n\t]|\\PC){0,24}") {
        let _ = parse(&source);
    }
}

/// What documents are made of.
const PIECES: [&str; 44] = [
    "a",
    "b",
    "c: ",
    "d:",
    ": ",
    "- ",
    "-",
    "? ",
    "\n",
    "\n",
    "\n",
    " ",
    "  ",
    "    ",
    "\t",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "'",
    "\"",
    "# ",
    "<<",
    "*x",
    "&x ",
    "!!str ",
    "! ",
    "1",
    "-1",
    "007",
    "+5",
    "0x1f",
    "1.5",
    "1e3",
    ".inf",
    "true",
    "Null",
    "~",
    "---",
    "...",
    "|",
    ">",
    "%YAML 1.2",
];
