//! API Gateway passes on the methods that the template names, and no others.

use std::collections::BTreeSet;

/// Where HEAD is not passed on, because GET changes something.
const WITHOUT_HEAD: &str = "/api/v1/config_update";

/// What the router answers besides the endpoints of the document: the page.
const PAGE: [&str; 2] = ["/", "/page/{digest}/{file}"];

/// The methods of the template's events, with their paths.
fn methods() -> BTreeSet<String> {
    let template = include_str!("../../../../template.yaml");
    let events = template.lines().filter_map(|line| {
        let (path, rest) = line.split_once("RestApiId: !Ref Api, Path: ")?.1.split_once(", Method: ")?;
        let method = rest.split([',', '}']).next()?;
        Some(format!("{method} {}", path.trim_matches('"')))
    });
    events.collect()
}

#[test]
fn every_route_is_a_method_of_the_gateway() {
    let mut routes: BTreeSet<String> =
        PAGE.iter().flat_map(|path| [format!("GET {path}"), format!("HEAD {path}")]).collect();
    for (path, item) in moffman_api::openapi().paths.paths {
        let is_safe = item.get.is_some() && path != WITHOUT_HEAD;
        let (get, post, delete) = (item.get.is_some(), item.post.is_some(), item.delete.is_some());
        for (method, is_there) in [("GET", get), ("HEAD", is_safe), ("POST", post), ("DELETE", delete)] {
            routes.extend(is_there.then(|| format!("{method} {path}")));
        }
    }
    assert!(routes.len() > 20, "{routes:?}");
    assert_eq!(methods(), routes);
}

#[test]
fn nothing_is_reloaded_by_head() {
    assert!(!methods().contains("HEAD /api/v1/config_update"));
}
