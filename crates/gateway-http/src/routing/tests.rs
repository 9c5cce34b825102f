use super::*;

/// APIs by path, each with its operations.
fn routes(apis: &[(&str, &[&str])]) -> Routes {
    let entries = apis.iter().map(|(path, operations)| entry(path, operations)).collect();
    Routes::new(entries)
}

fn entry(path: &str, operations: &[&str]) -> Entry {
    let operations = operations.iter().map(|text| {
        let (method, template) = text.split_once(' ').unwrap();
        let method = (method != "ANY").then(|| Method::from_bytes(method.as_bytes()).unwrap());
        (method, Template::parse(template).unwrap())
    });
    Entry {
        path: path.to_owned(),
        revision: Revision { number: "1".into(), is_current: true },
        version: Version::Any,
        operations: operations.collect(),
    }
}

/// `api operation [captured,…]`, or `none` with the nearest API.
fn find(routes: &Routes, request: &str, headers: &HeaderMap) -> String {
    let (method, target) = request.split_once(' ').unwrap();
    let (raw, query) = target.split_once('?').unwrap_or((target, ""));
    let mut scratch = String::new();
    let path = Path::new(raw, &mut scratch).unwrap();
    match routes.find(&path, query, &Method::from_bytes(method.as_bytes()).unwrap(), headers) {
        Ok(found) => {
            let captured: Vec<&str> = found.captured.iter().map(|range| &path.decoded()[range.clone()]).collect();
            format!("{} {} {}", found.api, found.operation, captured.join(","))
        }
        Err(NoMatch { api }) => format!("none {}", api.map_or("-".to_owned(), |api| api.to_string())),
    }
}

#[track_caller]
fn check(routes: &Routes, cases: &[(&str, &str)]) {
    for (request, expected) in cases {
        assert_eq!(find(routes, request, &HeaderMap::new()).trim_end(), *expected, "{request}");
    }
}

#[test]
fn the_more_specific_template_wins() {
    let table = routes(&[(
        "shop",
        &[
            "GET /orders",
            "GET /orders/{id}",
            "GET /orders/latest",
            "POST /orders/{id}",
            "GET /orders/{id}/items",
            "GET /*",
            "GET /orders/r-{y}.{f}",
            "PUT /{*all}",
            "GET /orders/{id}/{tail}",
        ],
    )]);
    check(
        &table,
        &[
            ("GET /shop/orders", "0 0"),
            ("GET /shop/orders/", "0 0"),
            ("GET /SHOP/Orders", "0 0"),
            ("GET /shop/orders/AbC", "0 1 AbC"),
            ("GET /shop/orders/latest", "0 2"),
            ("GET /shop/orders/LATEST/", "0 2"),
            ("POST /shop/orders/latest", "0 3 latest"),
            ("GET /shop/orders/1/items", "0 4 1"),
            ("GET /shop/orders/1/other", "0 8 1,other"),
            ("GET /shop/orders/1/a/b", "0 5"),
            ("GET /shop", "0 5"),
            ("GET /shop/", "0 5"),
            ("GET /shop/orders/r-2024.PDF", "0 6 2024,PDF"),
            ("GET /shop/orders/r-.pdf", "0 1 r-.pdf"),
            ("PUT /shop/a/b/c", "0 7 a/b/c"),
            ("PUT /shop", "0 7"),
            ("DELETE /shop/orders", "none 0"),
            ("GET /other", "none -"),
            ("GET /shopping/orders", "none -"),
            ("GET /shop/orders/a%20b", "0 1 a b"),
            ("GET /shop/orders/a%2Fitems", "0 4 a"),
            ("GET /x/../shop/orders", "0 0"),
        ],
    );
}

#[test]
fn query_parts_tell_operations_apart() {
    let table = routes(&[("s", &["GET /a", "GET /a?q={q}", "GET /a?q={q}&kind=x", "GET /b?q={q}"])]);
    check(
        &table,
        &[
            ("GET /s/a", "0 0"),
            ("GET /s/a?x=1", "0 0"),
            ("GET /s/a?Q=1", "0 1"),
            ("GET /s/a?kind=x&q=1", "0 2"),
            ("GET /s/a?kind=y&q=1", "0 1"),
            ("GET /s/b", "none 0"),
            ("GET /s/b?q", "0 3"),
        ],
    );
}

#[test]
fn the_longest_api_that_has_the_operation_answers() {
    let table =
        routes(&[("", &["GET /x", "GET /shop/y"]), ("shop", &["GET /x", "GET /v2/z"]), ("shop/v2", &["GET /x"])]);
    check(
        &table,
        &[
            ("GET /x", "0 0"),
            ("GET /shop/x", "1 0"),
            ("GET /shop/v2/x", "2 0"),
            ("GET /shop/v2/z", "1 1"),
            ("GET /shop/y", "0 1"),
            ("GET /shop/v2/q", "none 2"),
            ("GET /", "none 0"),
        ],
    );
}

#[test]
fn versions_and_revisions_choose_among_apis_of_one_path() {
    let with = |version: Version, number: &str, is_current| Entry {
        version,
        revision: Revision { number: number.into(), is_current },
        ..entry("s", &["GET /x"])
    };
    let query = |value: Option<&str>| Version::Query { name: "v".into(), value: value.map(Into::into) };
    let table = Routes::new(vec![with(query(None), "1", true), with(query(Some("v1")), "1", true)]);
    check(&table, &[("GET /s/x", "0 0"), ("GET /s/x?V=v1", "1 0"), ("GET /s/x?v=v3", "none -")]);

    let name = http::HeaderName::from_static("api-version");
    let header = |value: Option<&str>| Version::Header { name: name.clone(), value: value.map(Into::into) };
    let table = Routes::new(vec![with(header(Some("1")), "1", true), with(header(Some("2")), "1", true)]);
    let mut headers = HeaderMap::new();
    assert_eq!(find(&table, "GET /s/x", &headers), "none -");
    headers.insert(name.clone(), http::HeaderValue::from_static("2"));
    assert_eq!(find(&table, "GET /s/x", &headers).trim_end(), "1 0");

    let table = Routes::new(vec![with(Version::Any, "1", true), with(Version::Any, "2", false)]);
    check(
        &table,
        &[("GET /s/x", "0 0"), ("GET /s;rev=2/x", "1 0"), ("GET /s;rev=/x", "0 0"), ("GET /s;rev=3/x", "none -")],
    );
}
