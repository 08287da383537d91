//! Seeds, dictionaries, the Makefile: what is named in one place is there in the other.

use std::collections::BTreeSet;
use std::path::Path;

use moffman_fuzz::{TARGETS, files};
use proptest::strategy::{Strategy as _, ValueTree as _};

use crate::mutations;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn names() -> BTreeSet<String> {
    TARGETS.map(|target| target.name.to_owned()).into()
}

fn files_in(folder: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(Path::new(ROOT).join(folder)).unwrap();
    files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_target_has_seeds_and_words_and_nothing_else_has() {
    assert_eq!(files_in("corpus"), names());
    assert_eq!(files_in("dictionaries"), names());
    for target in TARGETS {
        assert!(files::seeds(target.name).unwrap().len() >= 5, "{}", target.name);
        assert!(files::words(target.name).unwrap().len() >= 10, "{}", target.name);
    }
}

#[test]
fn the_makefile_names_every_target() {
    let makefile = std::fs::read_to_string(Path::new(ROOT).join("../../Makefile")).unwrap();
    let named = makefile.lines().find_map(|line| line.strip_prefix("TARGET ?= ")).unwrap();
    assert_eq!(named.split(' ').map(str::to_owned).collect::<BTreeSet<_>>(), names());
}

#[test]
fn words_are_written_as_libfuzzer_reads_them() {
    let words = files::words("sheet_rows").unwrap();
    for word in ["\t", "\n", "Anna", "\u{a0}"] {
        assert!(words.iter().any(|known| known == word.as_bytes()), "{word:?}");
    }
    assert!(files::words("configuration").unwrap().contains(&b"\"\\u0000\"".to_vec()));
}

#[test]
fn the_same_number_makes_the_same_inputs() {
    let inputs = |number| {
        let (strategy, mut runner) = (mutations::inputs("templates"), mutations::runner(number, 50));
        (0..50).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect::<Vec<_>>()
    };
    assert_eq!(inputs(1), inputs(1));
    assert_ne!(inputs(1), inputs(2));
    let distinct: BTreeSet<_> = inputs(1).into_iter().collect();
    assert!(distinct.len() > 40);
}
