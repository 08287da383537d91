//! Makes new inputs from old ones: always the same sequence for the same seed.

use fastrand::Rng;

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

/// An endless sequence of inputs.
pub struct Mutations {
    random: Rng,
    seeds: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
}

impl Mutations {
    /// Inputs made of `seeds` and `words`, which follow from `number`.
    pub fn new(number: u64, seeds: Vec<Vec<u8>>, words: Vec<Vec<u8>>) -> Self {
        Self { random: Rng::with_seed(number), seeds, words }
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        match self.random.u8(..12) {
            0 => self.flip(input),
            1 => self.remove(input),
            2 => self.repeat(input),
            3 => self.splice(input),
            4 => self.move_line(input),
            5..8 => self.replace_word(input),
            8 => {
                let bytes = [self.random.u8(..)];
                self.insert(input, &bytes);
            }
            9 => {
                // Any character, most of which are several bytes.
                let mut bytes = [0; 4];
                let text = self.random.char(..).encode_utf8(&mut bytes);
                self.insert(input, text.as_bytes());
            }
            _ => {
                let word = pick(&mut self.random, &self.words);
                self.insert(input, &word);
            }
        }
    }

    /// Two places in the input, the first not behind the second.
    fn span(&mut self, input: &[u8]) -> (usize, usize) {
        let start = self.random.usize(..=input.len());
        // Mostly short, sometimes up to the end.
        let room = input.len() - start;
        let length = if self.random.u8(..4) == 0 { room } else { room.min(16) };
        (start, start + self.random.usize(..=length))
    }

    fn flip(&mut self, input: &mut [u8]) {
        let bit = 1 << self.random.u8(..8);
        if let Some(byte) = self.random.choice(input) {
            *byte ^= bit;
        }
    }

    fn remove(&mut self, input: &mut Vec<u8>) {
        let (start, end) = self.span(input);
        input.drain(start..end);
    }

    fn repeat(&mut self, input: &mut Vec<u8>) {
        let (start, end) = self.span(input);
        let piece = input.get(start..end).unwrap_or_default().repeat(self.random.usize(1..=8));
        input.splice(end..end, piece);
    }

    /// Replaces a piece by a piece of a seed.
    fn splice(&mut self, input: &mut Vec<u8>) {
        let other = pick(&mut self.random, &self.seeds);
        let (from, to) = self.span(&other);
        let (start, end) = self.span(input);
        input.splice(start..end, other.get(from..to).unwrap_or_default().iter().copied());
    }

    /// Replaces a word, which leaves the syntax around it alone; a number often by one of [`NUMBERS`].
    fn replace_word(&mut self, input: &mut Vec<u8>) {
        let (start, end) = self.word_of(input);
        let is_number = input.get(start).is_some_and(u8::is_ascii_digit);
        let word = if is_number && self.random.bool() {
            self.random.choice(NUMBERS).unwrap_or_default().as_bytes().to_vec()
        } else {
            let other = pick(&mut self.random, &self.seeds);
            let (from, to) = self.word_of(&other);
            other.get(from..to).unwrap_or_default().to_vec()
        };
        input.splice(start..end, word);
    }

    /// Where a word is.
    fn word_of(&mut self, input: &[u8]) -> (usize, usize) {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@');
        let after = self.random.usize(..=input.len());
        let start = (after..input.len()).find(|&at| input.get(at).is_some_and(is_word)).unwrap_or(input.len());
        let rest = input.get(start..).unwrap_or_default();
        (start, start + rest.iter().take_while(|byte| is_word(byte)).count())
    }

    /// Leaves a line out, or puts it elsewhere too.
    fn move_line(&mut self, input: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> = input.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        if !lines.is_empty() {
            let line = lines.remove(self.random.usize(..lines.len()));
            for _ in 0..self.random.usize(..3) {
                lines.insert(self.random.usize(..=lines.len()), line.clone());
            }
        }
        *input = lines.concat();
    }

    fn insert(&mut self, input: &mut Vec<u8>, bytes: &[u8]) {
        let at = self.random.usize(..=input.len());
        input.splice(at..at, bytes.iter().copied());
    }
}

impl Iterator for Mutations {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut input = pick(&mut self.random, &self.seeds);
        input.truncate(LONGEST);
        // Often one change only: what is broken in two places is refused for the first.
        for _ in 0..self.random.usize(1..=CHANGES).min(self.random.usize(1..=CHANGES)) {
            self.change(&mut input);
            input.truncate(LONGEST);
        }
        Some(input)
    }
}

fn pick(random: &mut Rng, from: &[Vec<u8>]) -> Vec<u8> {
    random.choice(from).cloned().unwrap_or_default()
}
