//! How large the programs and the uploaded packages are.

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use moffman_testbed::Trouble;

use super::budgets::{BINARY, ZIP};
use crate::binaries::Binaries;
use crate::extent::Extent;
use crate::row::{Row, Unit, megabytes};

/// The size of a zip archive around its one compressed file, `bootstrap`: local header, entry, end.
const ARCHIVE: u64 = 30 + 9 + 46 + 9 + 22;

/// The sizes of all programs, and of the packages of the functions.
pub(crate) fn sizes(binaries: &Binaries, extent: &Extent) -> Result<Vec<Row>, Trouble> {
    let mut rows = Vec::new();
    for (name, binary) in [("api", &binaries.api), ("sweeper", &binaries.sweeper), ("moffman", &binaries.local)] {
        let size = megabytes(std::fs::metadata(binary)?.len());
        rows.push(Row::new(format!("binary: {name}"), Unit::Megabytes).within(BINARY).of(vec![size]));
    }
    for (name, binary) in [("api", &binaries.api), ("sweeper", &binaries.sweeper)] {
        rows.push(
            Row::new(format!("zip: {name}"), Unit::Megabytes)
                .within(ZIP)
                .of(vec![megabytes(zipped(binary, extent.compression)?)]),
        );
    }
    Ok(rows)
}

fn zipped(binary: &Path, level: u32) -> Result<u64, Trouble> {
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::new(level));
    deflate.write_all(&std::fs::read(binary)?)?;
    Ok(u64::try_from(deflate.finish()?.len())? + ARCHIVE)
}
