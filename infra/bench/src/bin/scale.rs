//! `scale [OFFICES]…` prints a row for a day with so many offices, or with 10, 100, 1,000 and 10,000 if none are given.

use std::process::ExitCode;

use moffman_bench::{DAY_TABLE_HEAD, Day, play_day};
use moffman_testbed::Trouble;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Trouble> {
    let mut sizes = std::env::args().skip(1).map(|size| size.parse()).collect::<Result<Vec<usize>, _>>()?;
    if sizes.is_empty() {
        sizes = vec![10, 100, 1_000, 10_000];
    }
    println!("{DAY_TABLE_HEAD}");
    for offices in sizes {
        println!("{}", play_day(&Day::usual(offices)).await?);
    }
    Ok(())
}
