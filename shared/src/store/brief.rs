//! Keeps items small that name what goes wrong: an item holds 400 kB, and a sheet may have ten thousand bad rows.

/// How many entries of a list an item has.
pub const MOST_LISTED: usize = 100;
/// How many bytes the entries of a list may have together.
const ROOM: usize = 200_000;
/// How long a sentence may be, in characters.
const LONGEST_SENTENCE: usize = 500;

/// Keeps the first entries of a list, with the size of each in bytes. Answers how many it leaves out.
pub(super) fn keep_first<T>(entries: &mut Vec<T>, size: impl Fn(&T) -> usize) -> usize {
    let all = entries.len();
    let (mut places, mut room) = (MOST_LISTED, ROOM);
    entries.retain(|entry| {
        let fits = places > 0 && size(entry) <= room;
        if fits {
            places -= 1;
            room -= size(entry);
        }
        fits
    });
    all - entries.len()
}

/// Cuts a sentence that is too long.
pub(super) fn cut(sentence: &mut String) {
    if let Some((end, _)) = sentence.char_indices().nth(LONGEST_SENTENCE) {
        sentence.truncate(end);
        sentence.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_where_the_item_would_grow_too_large() {
        let kept = |mut sizes: Vec<usize>| {
            let left_out = keep_first(&mut sizes, |size| *size);
            (sizes.len(), left_out)
        };
        assert_eq!(kept(vec![1; 100]), (100, 0));
        assert_eq!(kept(vec![1; 150]), (100, 50));
        assert_eq!(kept(vec![ROOM / 2; 3]), (2, 1));
        assert_eq!(kept(vec![ROOM + 1, 1]), (1, 1), "one that does not fit takes no place from others");
    }

    #[test]
    fn a_sentence_is_cut_between_letters() {
        let mut short = "ž".repeat(LONGEST_SENTENCE);
        cut(&mut short);
        assert_eq!(short.chars().count(), LONGEST_SENTENCE);
        short.push('ž');
        cut(&mut short);
        assert_eq!(short, format!("{}…", "ž".repeat(LONGEST_SENTENCE)));
    }
}
