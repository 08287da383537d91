//! The pages: every Markdown file of the tree.

use std::fs;
use std::path::Path;

pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A page, and where it is.
pub struct Page {
    /// From the root on, such as `infra/e2e/README.md`.
    pub path: String,
    pub text: String,
}

/// The text of one file of the tree.
pub fn page(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// All pages; what was built and what is hidden has none.
pub fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    add_pages(Path::new(ROOT), "", &mut pages);
    assert!(pages.len() > 9, "{}", pages.len());
    pages
}

fn add_pages(folder: &Path, path: &str, pages: &mut Vec<Page>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{path}{name}");
        if entry.file_type().unwrap().is_dir() && name != "target" && !name.starts_with('.') {
            add_pages(&entry.path(), &format!("{path}/"), pages);
        } else if Path::new(&path).extension().is_some_and(|extension| extension == "md") {
            pages.push(Page { text: page(&path), path });
        }
    }
}

/// The lines below the heading `## title`, up to the next heading of that level.
pub fn section<'a>(page: &'a str, title: &str) -> Vec<&'a str> {
    let heading = format!("## {title}");
    let below = page.lines().skip_while(|line| *line != heading).skip(1);
    below.take_while(|line| !line.starts_with("## ")).collect()
}

/// The text of a table's cell that is one code span.
pub fn code(cell: &str) -> Option<&str> {
    cell.trim().strip_prefix('`')?.strip_suffix('`').filter(|code| !code.contains('`'))
}

/// The lines of a page, each with whether it is code.
pub fn lines(page: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut in_block = false;
    page.lines().map(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        (line, in_block || is_fence)
    })
}

/// Every code span and every line of a code block.
pub fn pieces_of_code(page: &str) -> Vec<&str> {
    let pieces = lines(page)
        .flat_map(|(line, is_code)| if is_code { vec![line] } else { line.split('`').skip(1).step_by(2).collect() });
    pieces.collect()
}
