use super::*;

fn backend(id: &str, url: &str) -> Backend {
    let single = Single {
        url: Url::parse(url).unwrap(),
        url_masked: None,
        headers: Vec::new(),
        query: String::new(),
        identity: None,
        checks: Checks::default(),
        certificate: None,
        proxy: None,
        breaker: None,
        profile: OnceLock::new(),
    };
    Backend { id: id.to_owned(), kind: Kind::Single(Box::new(single)) }
}

#[test]
fn ids_compare_without_case_and_urls_lead_to_the_longest_path() {
    let mut backends = Backends::default();
    for (id, url) in [
        ("A", "http://h/"),
        ("b", "http://h/one/"),
        ("c", "http://h/one/two"),
        ("d", "https://h/one"),
        ("e", "http://h:8080/"),
    ] {
        backends.add(backend(id, url));
    }
    assert_eq!((backends.find("a"), backends.find("A"), backends.find("x")), (Some(0), Some(0), None));
    let leads = |url: &str| {
        let number = backends.leading_to(&Url::parse(url).unwrap())?;
        Some(backends.get(number)?.id.as_str())
    };
    assert_eq!(leads("http://h/other"), Some("A"));
    assert_eq!(leads("http://h:80/one"), Some("b"));
    assert_eq!(leads("http://h/one/two/three"), Some("c"));
    assert_eq!(leads("http://h/one/twofold"), Some("b"));
    assert_eq!(leads("https://h/one/x"), Some("d"));
    assert_eq!(leads("https://h/"), None);
    assert_eq!(leads("http://h:8080/x"), Some("e"));
    assert_eq!(leads("http://other/"), None);
}
