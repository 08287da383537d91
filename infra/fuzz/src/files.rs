//! The files of a target: seeds, which are sample inputs written by hand, and a dictionary of words to put into them.

use std::io;
use std::path::{Path, PathBuf};

/// The folder of a target's seeds.
pub fn seed_folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

/// The seeds of a target, in the order of their file names.
pub fn seeds(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let files = std::fs::read_dir(seed_folder(target))?;
    let mut paths = files.map(|file| Ok(file?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    paths.into_iter().map(std::fs::read).collect()
}

/// The words of a target's dictionary.
///
/// The file is one of libFuzzer's: a word in quotes per line, with `\\`, `\"` and `\xAB` in it.
/// Format: <https://llvm.org/docs/LibFuzzer.html#dictionaries>
pub fn words(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries").join(format!("{target}.dict"));
    let text = std::fs::read_to_string(path)?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| word(line).ok_or_else(|| io::Error::other(format!("not a dictionary's line: {line}")))).collect()
}

fn word(line: &str) -> Option<Vec<u8>> {
    let mut rest = line.strip_prefix('"')?.strip_suffix('"')?.as_bytes();
    let mut word = Vec::new();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            word.push(byte);
        } else if let Some((digits, after)) = rest.strip_prefix(b"x").and_then(|hex| hex.split_at_checked(2)) {
            word.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            let (&escaped, after) = rest.split_first()?;
            word.push(escaped);
            rest = after;
        }
    }
    Some(word)
}
