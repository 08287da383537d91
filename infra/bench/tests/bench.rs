//! The measurement itself, with tiny counts: it measures everything, and what is counted is within its budget.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[test]
fn everything_is_measured() {
    let bench = Path::new(env!("CARGO_BIN_EXE_bench"));
    for program in ["api", "sweeper", "moffman"] {
        let built = bench.parent().unwrap().join(program);
        assert!(built.exists(), "{} is not built: cargo build --workspace --bins", built.display());
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench/report.json");
    let output = Command::new(bench).args(["--quick", "--json"]).arg(&file).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    // 1: over budget, as a debug build may be.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{errors}");
    let report: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    for row in rows {
        assert!(table.contains(row["what"].as_str().unwrap()), "{table}");
        assert!(row["median"].is_number() && row["worst"].is_number(), "{row}");
        assert!(row["unit"] != "calls" || row["over"] == false, "{row}");
    }
    // Here, everything is measured with smaller numbers.
    let named = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    let page: Vec<String> = include_str!("../README.md").lines().map(named).collect();
    for row in rows.iter().chain(report["growth"].as_array().unwrap()) {
        let name = named(row["what"].as_str().unwrap());
        assert!(page.iter().any(|line| line.starts_with(&name)), "not on the page: {row}");
    }
    assert_eq!(rows.iter().filter(|row| row["unit"] == "calls").count(), 14, "{table}");
    let growth = report["growth"].as_array().unwrap();
    assert!(growth.len() == 6 && growth.iter().all(|sweep| sweep["over"] == false), "{table}");
}
