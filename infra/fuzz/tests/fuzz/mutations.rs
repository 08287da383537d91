//! Makes inputs from the seeds of a target: always the same ones, and smaller ones from one that fails.

use moffman_fuzz::files;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The longest input that is made, in bytes; the seeds themselves may be longer.
const LONGEST: usize = 8 * 1024;
/// The most changes to one input.
const CHANGES: usize = 6;
/// Numbers at which arithmetic breaks, and other things that are no number to everybody.
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "00",
    "1e309",
    "-0.0",
    "2147483648",
    "-2147483649",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999999999999999",
    "0x7f",
    ".nan",
];

/// A change of an input.
#[derive(Clone, Debug)]
enum Change {
    FlipBit(Index, u8),
    /// Puts something in the place of a piece. Either may be empty.
    Replace(Span, Vec<u8>),
    Repeat(Span, usize),
    /// Replaces a word, which leaves the syntax around it alone; a number by the second, if there is one.
    ReplaceWord(Index, Vec<u8>, Option<&'static str>),
    /// Takes a line away and puts it before each of these.
    MoveLine(Index, Vec<Index>),
}

/// A piece of an input.
#[derive(Clone, Debug)]
struct Span {
    start: Index,
    /// How long it is at most; without this it may go up to the end.
    most: Option<usize>,
    length: Index,
}

/// A runner whose inputs follow from `number`.
pub fn runner(number: u64, cases: usize) -> TestRunner {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    let config = Config { cases: cases.try_into().unwrap(), failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// Inputs made of the seeds and the words of a target.
pub fn inputs(target: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let (seeds, words) = (files::seeds(target).unwrap(), files::words(target).unwrap());
    // Often one change only: what is broken in two places is refused for the first.
    let changes = (vec(change(seeds.clone(), words), 1..=CHANGES), 1..=CHANGES);
    (select(seeds), changes).prop_map(|(mut input, (changes, most))| {
        input.truncate(LONGEST);
        for change in changes.iter().take(most) {
            change.apply(&mut input);
            input.truncate(LONGEST);
        }
        input
    })
}

fn change(seeds: Vec<Vec<u8>>, words: Vec<Vec<u8>>) -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    let used = seeds.iter().flat_map(|seed| seed.split(|byte| !is_word(*byte)));
    let used: Vec<Vec<u8>> = used.filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect();
    let piece = (select(seeds), span()).prop_map(|(seed, span)| seed[span.of(&seed)].to_vec());
    prop_oneof![
        1 => (index(), 0..8u8).prop_map(|(at, bit)| Change::FlipBit(at, bit)),
        1 => span().prop_map(|span| Change::Replace(span, Vec::new())),
        1 => (span(), 1..=8usize).prop_map(|(span, times)| Change::Repeat(span, times)),
        1 => (span(), piece).prop_map(|(span, piece)| Change::Replace(span, piece)),
        1 => (index(), vec(index(), 0..3)).prop_map(|(line, to)| Change::MoveLine(line, to)),
        3 => (index(), select(used), proptest::option::of(select(&NUMBERS[..])))
            .prop_map(|(after, word, number)| Change::ReplaceWord(after, word, number)),
        1 => (index(), any::<u8>()).prop_map(|(at, byte)| Change::insert(at, vec![byte])),
        // Any character, most of which are several bytes.
        1 => (index(), any::<char>()).prop_map(|(at, any)| Change::insert(at, any.to_string().into_bytes())),
        2 => (index(), select(words)).prop_map(|(at, word)| Change::insert(at, word)),
    ]
}

/// Mostly short, sometimes up to the end.
fn span() -> impl Strategy<Value = Span> {
    let most = prop_oneof![3 => Just(Some(16)), 1 => Just(None)];
    (any::<Index>(), most, any::<Index>()).prop_map(|(start, most, length)| Span { start, most, length })
}

impl Span {
    fn of(&self, input: &[u8]) -> std::ops::Range<usize> {
        let start = self.start.index(input.len() + 1);
        let room = input.len() - start;
        start..start + self.length.index(self.most.map_or(room, |most| room.min(most)) + 1)
    }
}

impl Change {
    fn insert(at: Index, text: Vec<u8>) -> Self {
        Self::Replace(Span { start: at, most: Some(0), length: at }, text)
    }

    fn apply(&self, input: &mut Vec<u8>) {
        match self {
            Self::FlipBit(..) if input.is_empty() => {}
            Self::FlipBit(at, bit) => *at.get_mut(input) ^= 1 << bit,
            Self::Replace(span, text) => {
                input.splice(span.of(input), text.iter().copied());
            }
            Self::Repeat(span, times) => {
                let piece = input[span.of(input)].repeat(*times);
                let end = span.of(input).end;
                input.splice(end..end, piece);
            }
            Self::ReplaceWord(after, word, number) => {
                let after = after.index(input.len() + 1);
                let start = (after..input.len()).find(|at| is_word(input[*at])).unwrap_or(input.len());
                let end = start + input[start..].iter().take_while(|byte| is_word(**byte)).count();
                let number = number.filter(|_| input.get(start).is_some_and(u8::is_ascii_digit));
                let new = number.map_or(word.as_slice(), str::as_bytes);
                input.splice(start..end, new.iter().copied());
            }
            Self::MoveLine(line, to) => {
                let mut lines: Vec<Vec<u8>> =
                    input.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
                if !lines.is_empty() {
                    let line = lines.remove(line.index(lines.len()));
                    for place in to {
                        lines.insert(place.index(lines.len() + 1), line.clone());
                    }
                }
                *input = lines.concat();
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@')
}
