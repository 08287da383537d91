//! Shows who is in which office on which day, as JSON or as a table for spreadsheet programs.

mod answer;
mod csv;

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Response};
use moffman::attendance::{self, AttendanceOrder};
use utoipa::ToSchema;

use self::answer::AttendanceAnswer;
use crate::api::{ApiState, Lifetime};
use crate::documentation::problems;
use crate::error::{ApiError, DIRECTORY_UNAVAILABLE, INVALID, LOOKS_USED_UP, UNAVAILABLE, UNKNOWN_OFFICE};
use crate::mistake::RequestMistakes;
use crate::query::Parameters;

/// The parameters of attendance.
const PARAMETERS: [&str; 5] = ["office_id", "from", "to", "format", "page"];

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
enum AnswerFormat {
    Json,
    Csv,
}

problems! {
    /// How showing attendance fails.
    AttendanceProblems: [INVALID, UNKNOWN_OFFICE, LOOKS_USED_UP, DIRECTORY_UNAVAILABLE, UNAVAILABLE]
}

/// Show who is in
///
/// Every day of the range, office by office, with the people who are in: 20 offices at most in one answer, by name. An
/// office that cannot be read has a `problem` in place of its days. At most 30 seconds old.
#[utoipa::path(
    get,
    tag = "attendance",
    path = "/api/v1/attendance",
    operation_id = "get_attendance",
    params(
        ("office_id" = Option<String>, Query, description = "Only the office of this name"),
        (
            "from" = Option<String>,
            Query,
            format = Date,
            description = "The first day; Monday of the week of `to`, or of today in UTC, if it is not given"
        ),
        (
            "to" = Option<String>,
            Query,
            format = Date,
            description = "The last day, at most 30 days after the first; Sunday of the week of `from` if it is not given"
        ),
        ("format" = inline(Option<AnswerFormat>), Query, description = "Counts more than `Accept`"),
        ("page" = Option<String>, Query, description = "`next` of an earlier answer"),
    ),
    responses(
        (
            status = 200,
            description = "Who is in. As CSV, the next part is in the header `Link`",
            headers(
                ("link" = String, description = "The next part of a table, relative to the request's address"),
                ("content-disposition" = String, description = "The name of a table's file")
            ),
            content(
                (AttendanceAnswer = "application/json"),
                (String = "text/csv", example = json!("office,date,name,status\r\nBrno,2026-06-18,Eva Example,approved\r\n"))
            )
        ),
        AttendanceProblems
    )
)]
pub(crate) async fn show(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let mut mistakes = RequestMistakes::default();
    let parameters = Parameters::read(query.as_deref(), &PARAMETERS, &mut mistakes);
    let order = AttendanceOrder {
        office: parameters.text("office_id").map(str::to_owned),
        days: parameters.days(&mut mistakes),
        page: parameters.page(),
        deadline: api.deadline(lifetime),
    };
    let format = format(&parameters, &headers, &mut mistakes);
    parameters.compare(order.days, |days| days.of_attendance(api.today()), &mut mistakes);
    mistakes.none()?;
    let page = attendance::attendance(&api.app, &order).await?;
    Ok(match format {
        AnswerFormat::Json => Json(AttendanceAnswer::from(page)).into_response(),
        AnswerFormat::Csv => csv::answer(&page, &parameters),
    })
}

/// What the parameter says, or else which of the two media types `Accept` likes better.
fn format(parameters: &Parameters, headers: &HeaderMap, mistakes: &mut RequestMistakes) -> AnswerFormat {
    let named = |text: &str| match text {
        "csv" => Ok(AnswerFormat::Csv),
        "json" => Ok(AnswerFormat::Json),
        _ => Err("must be csv or json"),
    };
    parameters.meaning("format", named, mistakes).unwrap_or_else(|| {
        let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let accepted = accepted.collect::<Vec<_>>().join(",");
        let csv = liking(&accepted, "text/csv");
        if csv > 0 && csv > liking(&accepted, "application/json") { AnswerFormat::Csv } else { AnswerFormat::Json }
    })
}

/// How much a header `Accept` likes a media type, in thousandths. Only the type's own name counts: whoever takes anything
/// gets JSON.
fn liking(accepted: &str, media_type: &str) -> u16 {
    let mut entries = accepted.split(',').map(|entry| entry.split(';').map(str::trim));
    let likes = entries.find_map(|mut entry| {
        let is_named = entry.next()?.eq_ignore_ascii_case(media_type);
        let quality = entry.find_map(|parameter| parameter.strip_prefix("q=")?.parse::<f32>().ok());
        is_named.then(|| quality.unwrap_or(1.0))
    });
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "brought between 0 and 1,000")]
    let thousandths = (likes.unwrap_or(0.0).clamp(0.0, 1.0) * 1_000.0) as u16;
    thousandths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> AnswerFormat {
        let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
        let mut mistakes = RequestMistakes::default();
        format(&Parameters::read(None, &[], &mut mistakes), &headers, &mut mistakes)
    }

    #[test]
    fn csv_is_chosen_where_it_is_liked_better_than_json() {
        for accept in
            ["text/csv", "Text/CSV;q=0.5, */*", "application/json;q=0.4, text/csv; q=0.5", "text/csv, */*;q=0.1"]
        {
            assert_eq!(chosen(accept), AnswerFormat::Csv, "{accept}");
        }
        for accept in ["*/*", "", "application/json, text/csv;q=0.9", "text/csv;q=0", "text/html"] {
            assert_eq!(chosen(accept), AnswerFormat::Json, "{accept}");
        }
    }
}
