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

#[test]
fn revisions_stand_behind_the_path_or_the_version_and_nowhere_else() {
    let revision = |path: &str, number: &str, is_current| Entry {
        revision: Revision { number: number.into(), is_current },
        ..entry(path, &["GET /x", "GET /{id}", "GET /*"])
    };
    let table = Routes::new(vec![
        revision("a/v1", "1", true),
        revision("a/v1", "b2", false),
        revision("", "1", true),
        revision("", "7", false),
    ]);
    check(
        &table,
        &[
            ("GET /a/v1/x", "0 0"),
            ("GET /a;rev=b2/v1/x", "1 0"),
            ("GET /A/V1;REV=B2/x", "1 0"),
            ("GET /a%3Brev=b2/v1/x", "1 0"),
            ("GET /a/v1;rev=1/x", "0 0"),
            ("GET /a/v1;rev=/x", "0 0"),
            // No revision 3 of `a`: whoever has the rest of the path takes it as text.
            ("GET /a/v1;rev=3/x", "2 2"),
            ("GET /a/v1/y;rev=b2", "0 1 y;rev=b2"),
            ("GET /a;rev=b2/v1;rev=b2/x", "2 2"),
            ("GET /;rev=7/x", "3 0"),
            ("GET /;rev=7", "3 2"),
            ("GET /;rev=/x", "2 0"),
            ("GET /;rev=8/x", "none -"),
            ("GET /x/;rev=7", "2 2"),
            ("GET /..;rev=7/x", "2 0"),
        ],
    );
}

#[test]
fn versions_are_compared_decoded_and_an_empty_one_is_none() {
    let with = |value: Option<&str>| Entry {
        version: Version::Query { name: "api-version".into(), value: value.map(Into::into) },
        ..entry("s", &["GET /x"])
    };
    let table = Routes::new(vec![with(None), with(Some("2024-01-01")), with(Some("1+b"))]);
    check(
        &table,
        &[
            ("GET /s/x", "0 0"),
            ("GET /s/x?api-version=", "0 0"),
            ("GET /s/x?api-version=2024%2d01-01", "1 0"),
            ("GET /s/x?%41PI-version=2024-01-01", "1 0"),
            ("GET /s/x?api-version=1%2Bb", "2 0"),
            ("GET /s/x?api-version=1%2BB&api-version=2024-01-01", "2 0"),
            ("GET /s/x?api-version=1+b", "none -"),
            ("GET /s/x?api-version=2", "none -"),
        ],
    );
}

#[test]
fn what_is_written_encoded_is_the_same_text() {
    let table = routes(&[("s", &["GET /a b/%C3%A9", "GET /r%2D{y}", "GET /q?kind=x%20y&%61={v}"])]);
    check(
        &table,
        &[
            ("GET /s/a%20b/%c3%a9", "0 0"),
            ("GET /s/%61%20%42/%C3%A9", "0 0"),
            ("GET /s/r%2d1", "0 1 1"),
            ("GET /s/q?kind=X+Y&a", "0 2"),
            ("GET /s/q?%6bind=x%20y&A=1", "0 2"),
            // Of two values the first counts.
            ("GET /s/q?kind=z&kind=x%20y&a", "none 0"),
            ("GET /s/q?kind=x%2520y&a", "none 0"),
            ("GET /s//q?kind=x+y&a", "none 0"),
            ("GET /s/a%2520b/%c3%a9", "none 0"),
        ],
    );
}

#[test]
fn more_query_parts_are_more_specific_then_the_one_that_names_its_value() {
    let table = routes(&[(
        "s",
        &[
            "GET /a?q={q}",
            "GET /a?q=1",
            "GET /a?r={r}&t={t}",
            "GET /a?q=1&r={r}",
            "GET /a?q={q}&r=2",
            "GET /a?q=1&r=2&s={s}",
            "POST /a?q=1",
        ],
    )]);
    check(
        &table,
        &[
            ("GET /s/a?q=2", "0 0"),
            ("GET /s/a?q=1", "0 1"),
            ("GET /s/a?q=1&t&r", "0 3"),
            ("GET /s/a?q=2&t&r", "0 2"),
            ("GET /s/a?r=2&q=1", "0 3"),
            ("GET /s/a?r=2&q=3", "0 4"),
            ("GET /s/a?s&r=2&q=1", "0 5"),
            ("POST /s/a?q=1", "0 6"),
            ("POST /s/a?q=2", "none 0"),
            ("GET /s/a", "none 0"),
        ],
    );
}

#[test]
fn apis_may_nest_as_deep_as_paths_go() {
    let paths: Vec<String> = (0..40).map(|depth| vec!["a"; depth].join("/")).collect();
    let apis: Vec<(&str, &[&str])> = paths.iter().map(|path| (path.as_str(), ["GET /x"].as_slice())).collect();
    let table = routes(&apis);
    for (depth, path) in paths.iter().enumerate() {
        let slash = if path.is_empty() { "" } else { "/" };
        assert_eq!(find(&table, &format!("GET {slash}{path}/x"), &HeaderMap::new()).trim_end(), format!("{depth} 0"));
    }
    assert_eq!(find(&table, &format!("GET /{}/b/x", paths[39]), &HeaderMap::new()), "none 39");
}

/// Counts what a search compares.
#[derive(Default)]
struct Steps(usize);

impl watch::Watch for Steps {
    fn step(&mut self) {
        self.0 += 1;
    }
}

/// A service with `count` operations, in APIs of at most 500: of each kind of template the same share.
fn service(count: usize) -> Routes {
    let kinds: [fn(usize) -> String; 8] = [
        |n| format!("GET /things{n}"),
        |n| format!("POST /things{n}/{{id}}"),
        |n| format!("GET /{{id}}/things{n}/{{part}}/all"),
        |n| format!("GET /report{n}-{{year}}.{{format}}"),
        |n| format!("GET /soap?soapAction=urn:action{n}"),
        |n| format!("GET /find?by{}={{x}}&kind=k{n}", n % 3),
        |n| format!("GET /files{n}/{{*rest}}"),
        |n| format!("GET /{{id}}.x{n}"),
    ];
    let per_api = count.min(500);
    let apis = (0..count.div_ceil(per_api)).map(|api| {
        let operations: Vec<String> = (0..per_api).map(|n| kinds[n % 8](n / 8)).collect();
        let operations: Vec<&str> = operations.iter().map(String::as_str).collect();
        entry(&format!("area{}/service{api}", api % 7), &operations)
    });
    Routes::new(apis.collect())
}

/// Steps of the dearest of these requests, each of which must be answered, or must not.
fn dearest(routes: &Routes, requests: &[(&str, bool)]) -> usize {
    let steps = requests.iter().map(|(request, answered)| {
        let (method, target) = request.split_once(' ').unwrap();
        let (raw, query) = target.split_once('?').unwrap_or((target, ""));
        let (mut scratch, mut steps) = (String::new(), Steps::default());
        let path = Path::new(raw, &mut scratch).unwrap();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let found = routes.find_watched(&path, query, &method, &HeaderMap::new(), &mut steps);
        assert_eq!(found.is_ok(), *answered, "{request}");
        assert!(steps.0 > 0);
        steps.0
    });
    steps.max().unwrap()
}

#[test]
fn the_cost_of_a_request_does_not_grow_with_the_number_of_operations() {
    let requests = [
        ("GET /area0/service0/things0", true),
        ("POST /area0/service0/things0/17", true),
        ("GET /area0/service0/17/things0/x/all", true),
        ("GET /area0/service0/17/things0/x/none", false),
        ("GET /area0/service0/report0-2024.pdf", true),
        ("GET /area0/service0/soap?x=1&soapAction=urn:action0", true),
        ("GET /area0/service0/soap?x=1&soapAction=urn:other", false),
        ("GET /area0/service0/find?kind=k0&by0=", true),
        ("GET /area0/service0/files0/a/b/c/d", true),
        ("GET /area0/service0/readme.x0", true),
        ("GET /area0/service0/nothing/of/the/kind", false),
        ("PUT /area0/service0/things0", false),
        ("GET /area0/other", false),
        ("GET /", false),
    ];
    let few = dearest(&service(10), &requests[..1]);
    let most = [16, 1_000, 100_000].map(|count| dearest(&service(count), &requests));
    assert!(few <= most[0], "{few} {most:?}");
    assert!(most[2] <= 24, "{most:?}");
    // Patterns are looked up once for each length of their texts, which is what `n` in the texts adds: units, tens.
    assert!(most[1] <= most[0] + 8 && most[2] <= most[1] + 2, "{most:?}");

    // One API with all of them.
    let single = |count: usize| {
        let operations: Vec<String> = (0..count).map(|n| format!("GET /a/{{x}}/b{n}/{{y}}?v={n}")).collect();
        let operations: Vec<&str> = operations.iter().map(String::as_str).collect();
        routes(&[("s", &operations)])
    };
    let requests = [("GET /s/a/1/b7/2?v=7", true), ("GET /s/a/1/b7/2?v=8", false), ("GET /s/a/1/c/2?v=7", false)];
    let steps = [10, 1_000, 100_000].map(|count| dearest(&single(count), &requests));
    assert_eq!(steps, [steps[0]; 3]);

    // Operations of one path that only their query tells apart, and versions and revisions of one API.
    let soap = |count: usize| {
        let operations: Vec<String> = (0..count).map(|n| format!("POST /?soapAction=urn:{n}")).collect();
        let operations: Vec<&str> = operations.iter().map(String::as_str).collect();
        routes(&[("s", &operations)])
    };
    let requests = [("POST /s?soapAction=urn:3", true), ("POST /s/?SoapAction=urn:x", false)];
    let steps = [10, 1_000, 100_000].map(|count| dearest(&soap(count), &requests));
    assert_eq!(steps, [steps[0]; 3]);
    let versions = |count: usize| {
        let version = |n: usize| Entry {
            version: Version::Query { name: "v".into(), value: Some((n / 2).to_string().into()) },
            revision: Revision { number: (n % 2).to_string().into(), is_current: n.is_multiple_of(2) },
            ..entry("s", &["GET /x"])
        };
        Routes::new((0..count).map(version).collect())
    };
    let requests = [("GET /s/x?v=4", true), ("GET /s;rev=1/x?v=4", true), ("GET /s/x?v=z", false)];
    let steps = [10, 1_000, 100_000].map(|count| dearest(&versions(count), &requests));
    assert_eq!(steps, [steps[0]; 3]);
}
