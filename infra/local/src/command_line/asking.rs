//! What the subcommands have in common that ask the running service.

/// How to call the subcommand `word`, for instance with these words, and what else there is to know.
pub(super) fn help(word: &str, words: &str, more: &str) -> String {
    format!(
        "Asks the running service, at rest_api.addr and rest_api.port and with rest_api.api_key, or else an operator's key:\n\
         give the settings with which it was started before the word `{word}`, as in `moffman --config FILE {words}`.\n\
         {more}"
    )
}
