//! Sentences.

use std::collections::BTreeMap;

use crate::pages::{lines, pages};

/// Shorter ones may be the same by chance.
const LONG: usize = 8;

/// The sentences of a page's text and lists, in words; table rows are sentences, too.
fn sentences(text: &str) -> Vec<String> {
    let prose: Vec<&str> = lines(text).map(|(line, is_code)| if is_code { "" } else { line.trim() }).collect();
    let paragraphs = prose.join("\n").replace("\n- ", "\n\n").replace("\n|", "\n\n");
    let sentences = paragraphs.split("\n\n").flat_map(|paragraph| {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        let ends = |word: &&str| word.ends_with(['.', ':', ';']);
        words.split_inclusive(ends).map(|words| words.join(" ")).collect::<Vec<_>>()
    });
    sentences.filter(|sentence| sentence.split(' ').count() >= LONG).collect()
}

#[test]
fn no_sentence_stands_twice() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for page in pages() {
        for sentence in sentences(&page.text) {
            places.entry(sentence.trim_end_matches(['.', ':', ';']).to_owned()).or_default().push(page.path.clone());
        }
    }
    assert!(places.len() > 300, "{}", places.len());
    let twice: Vec<_> = places.into_iter().filter(|(_, pages)| pages.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}
