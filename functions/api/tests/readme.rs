//! Keeps the page beside them true to the OpenAPI document: routes, problems and examples.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without fails it")]

use std::collections::BTreeSet;

use serde_json::Value;

/// The part of the page about the endpoints.
fn endpoints() -> &'static str {
    let page = include_str!("../../README.md");
    let below = page.split("\n## Endpoints\n").nth(1).unwrap();
    below.split("\n## ").next().unwrap()
}

fn document() -> Value {
    serde_json::to_value(moffman_api::openapi()).unwrap()
}

/// Every operation: its method and path, and what it says.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap();
        methods.iter().map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    });
    operations.collect()
}

#[test]
fn the_headings_name_every_route() {
    let headings = endpoints().lines().filter_map(|line| line.strip_prefix("### "));
    let named = headings.flat_map(|heading| heading.split('`').skip(1).step_by(2)).map(str::to_owned);
    let document = document();
    let routes = operations(&document).into_iter().map(|(route, _)| route);
    assert_eq!(named.collect::<BTreeSet<_>>(), routes.collect::<BTreeSet<_>>());
}

#[test]
fn the_table_of_problems_is_that_of_the_document() {
    let rows = endpoints().lines().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        let (status, slug) = (cells.next()?.parse::<u16>().ok()?, cells.next()?.trim_matches('`'));
        Some((status.to_string(), slug.to_owned()))
    });
    let document = document();
    let mut problems = BTreeSet::from([
        // Problems of requests that no route answers are not in the document.
        ("404".to_owned(), "no-such-route".to_owned()),
        ("405".to_owned(), "method-not-allowed".to_owned()),
    ]);
    for (_, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let named = response["$ref"].as_str().and_then(|place| document.pointer(place.strip_prefix('#')?));
            let slugs =
                named.unwrap_or(response)["description"].as_str().unwrap().split("urn:moffman:problem:").skip(1);
            let slug = |text: &str| text.split('`').next().unwrap().to_owned();
            problems.extend(slugs.map(|text| (status.clone(), slug(text))));
        }
    }
    assert_eq!(rows.collect::<BTreeSet<_>>(), problems);
}

#[test]
fn the_table_of_the_report_has_every_member_of_the_answer_to_a_sweep() {
    let page = include_str!("../../README.md");
    let table = page.split("\n## The report of a sweep\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let first_cells = table.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    let named = first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned);
    let document = document();
    let members = |schema: &str| {
        let members = document["components"]["schemas"][schema]["properties"].as_object().unwrap().keys();
        members.cloned().collect::<BTreeSet<_>>()
    };
    let mut expected = members("SweepAnswer");
    assert!(expected.remove("forms"));
    expected.extend(members("FormAnswer").into_iter().map(|member| format!("forms.{member}")));
    assert_eq!(named.collect::<BTreeSet<_>>(), expected);
}

#[test]
fn the_examples_have_the_members_of_their_schemas() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let fits = |example: &Value, schema: &Value| {
        let has = |name: &Value| name.as_str().is_some_and(|name| example.get(name).is_some());
        let required = schema["required"].as_array().is_none_or(|required| required.iter().all(has));
        let known = |name: &String| schema["properties"].get(name).is_some();
        required && example.as_object().is_some_and(|members| members.keys().all(known))
    };
    let answers = endpoints().split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let bodies = endpoints().split(" -d '").skip(1).map(|rest| rest.split('\'').next().unwrap());
    let mut seen = BTreeSet::new();
    for text in answers.chain(bodies) {
        let example: Value = serde_json::from_str(text).unwrap();
        let schema = schemas.iter().find(|(_, schema)| fits(&example, schema));
        seen.extend(schema.map(|(name, _)| name.as_str()));
        assert!(schema.is_some(), "{example}");
    }
    let expected = [
        "ApproveRequest",
        "AttendanceAnswer",
        "ConfigUpdateAnswer",
        "DiscardRequest",
        "FormItem",
        "FormListAnswer",
        "Health",
        "OfficeListAnswer",
        "Problem",
        "RejectRequest",
        "ReservationAnswer",
        "ReservationDecision",
        "ReservationItem",
        "ReservationListAnswer",
        "ReservationRequest",
        "ResendRequest",
        "StatusAnswer",
        "SweepAnswer",
        "SweepRequest",
    ];
    assert_eq!(seen, BTreeSet::from(expected));
}
