//! `bench` measures the programs beside it, prints a table and writes it as JSON; `bench --quick` only tries whether
//! all of this works.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, Command, value_parser};
use moffman_bench::{Binaries, Extent, run};
use moffman_testbed::Trouble;

const QUICK: &str = "quick";
const JSON: &str = "json";

/// The exit status if something costs more than it may.
const OVER: u8 = 1;
/// The exit status if something could not be measured.
const FAILED: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    match measure().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(OVER),
        Err(trouble) => {
            eprintln!("bench: {trouble}");
            ExitCode::from(FAILED)
        }
    }
}

/// Whether everything is within its budget.
async fn measure() -> Result<bool, Trouble> {
    let matches = command().get_matches();
    let extent = if matches.get_flag(QUICK) { Extent::QUICK } else { Extent::FULL };
    let this = std::env::current_exe()?;
    let binaries = Binaries::of(this.parent().ok_or("this program lies in no folder")?);
    let report = run(&binaries, &extent, |line| println!("{line}")).await?;
    if let Some(file) = matches.get_one::<PathBuf>(JSON) {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, format!("{:#}\n", report.to_json()))?;
    }
    Ok(!report.is_over())
}

fn command() -> Command {
    Command::new("bench").about("Measures what Moffman costs, how fast it is and how large").args([
        Arg::new(QUICK).long(QUICK).action(ArgAction::SetTrue).help("Measure little, to see that it works"),
        Arg::new(JSON).long(JSON).value_name("FILE").value_parser(value_parser!(PathBuf)).help("Write the table here"),
    ])
}
