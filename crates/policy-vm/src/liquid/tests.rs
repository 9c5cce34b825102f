use crate::policies::check::Scene;

/// The request's body after a template with a JSON body; what went wrong instead.
fn render(template: &str, json: &'static str) -> String {
    let policy = format!("<set-body template=\"liquid\"><![CDATA[{template}]]></set-body>");
    let mut scene = Scene::inbound(&policy).header("content-type", "application/json").body(json);
    let shown = scene.run();
    match shown.lines().find(|line| line.starts_with("! ")) {
        Some(error) => error.to_owned(),
        None => scene.request().rsplit_once("\n\n").map_or_else(|| scene.request(), |(_, body)| body.to_owned()),
    }
}

fn body_of(template: &str, json: &'static str) -> String {
    let shown = render(template, json);
    shown.rsplit('\n').next().unwrap_or_default().to_owned()
}

#[track_caller]
fn check(rows: &[(&str, &str)]) {
    const JSON: &str = r#"{"t":"Hello, big World","n":-7,"f":2.5,"l":[3,1,null,2,1],"o":[{"k":"b"},{"k":"a"}],"e":"","b":false,
        "h":"<a href='x'>&amp; \"q\"</a>","s":"  x y  ","u":"a b&c=d/é","w":"one two three"}"#;
    for (template, expected) in rows {
        assert_eq!(body_of(template, JSON), *expected, "{template}");
    }
}

#[test]
fn filters() {
    check(&[
        ("{{body.n | Abs}} {{body.f | Times: -1 | Abs}}", "7 2.5"),
        ("{{body.w | Append: '!' | Prepend: \"(\"}}", "(one two three!"),
        ("{{body.n | AtLeast: 3}} {{body.f | AtMost: 2}} {{5 | AtLeast: 3}}", "3 2 5"),
        ("{{'hello wide WORLD' | Capitalize}}", "Hello Wide WORLD"),
        ("{{body.l | Compact | Size}} {{body.l | Size}} {{body.t | Size}}", "4 5 16"),
        ("{{1234567.891 | Currency}} {{ -5 | Currency}}", "\u{a4}1,234,567.89 (\u{a4}5.00)"),
        (
            "{{body.e | Default: 'd'}}{{body.b | Default: 1}}{{body.none | Default: 2}}{{body.w | Default: 3}}",
            "d12one two three",
        ),
        (
            "{{10 | DividedBy: 4}} {{10 | DividedBy: 4.0}} {{10 | Modulo: 4}} {{'6' | Minus: 1}} {{1 | Plus: 0.5}}",
            "2 2.5 2 5 1.5",
        ),
        ("{{body.t | Downcase}} {{body.t | Upcase}}", "hello, big world HELLO, BIG WORLD"),
        ("{{body.h | Escape}} {{\"<\" | H}}", "&lt;a href=&#39;x&#39;&gt;&amp;amp; &quot;q&quot;&lt;/a&gt; &lt;"),
        (
            "{{body.l | First}} {{body.l | Last}} {{body.l | Join: '-'}} {{body.o | Map: 'k' | Join}}",
            "3 1 3-1--2-1 b a",
        ),
        ("[{{body.s | Lstrip}}] [{{body.s | Rstrip}}] [{{body.s | Strip}}]", "[x y  ] [  x y] [x y]"),
        ("{{body.w | Remove: 'o'}} {{body.w | RemoveFirst: 'o'}}", "ne tw three ne two three"),
        ("{{body.w | Replace: 'e', 'E'}} {{body.w | ReplaceFirst: 'e', ''}}", "onE two thrEE on two three"),
        ("{{2.567 | Round: 2}} {{2.5 | Round}} {{3.5 | Round}} {{7 | Round: 1}}", "2.57 2 4 7"),
        (
            "{{body.w | Slice: 4, 3}} {{body.w | Slice: -3, 9}} {{body.w | Slice: 99}}|{{body.l | Slice: 0, 2 | Join}}",
            "two ree |3 1",
        ),
        ("{{body.l | Sort | Join: ','}} {{body.o | Sort: 'k' | Map: 'k' | Join: ''}}", ",1,1,2,3 ab"),
        ("{{'a,,b' | Split: ',' | Size}} {{'abc' | Split: '' | Last}}", "2 c"),
        ("{{'a<SCRIPT>x<y</Script>b<sTyle>z</STYLE>c</script>d' | StripHtml}}", "abcd"),
        ("{{body.h | StripHtml}} {{'a<!-- <b> -->b<script>x<y</script>c' | StripHtml}}", "&amp; \"q\" abc"),
        (
            "{{body.w | Truncate: 6}} {{body.w | Truncate: 6, ''}} {{body.w | TruncateWords: 2}} {{body.w | TruncateWords}}",
            "one... one tw one two... one two three",
        ),
        ("{{body.l | Uniq | Join: ','}}", "3,1,,2"),
        ("{{body.u | UrlEncode}} {{'a%20b+c' | UrlDecode}}", "a+b%26c%3Dd%2F%C3%A9 a b c"),
        ("{{9223372036854775807 | Plus: 1}} {{'x' | Plus: 1}}|{{'a' | Plus: 'b'}}", "9.223372036854776E+18 |ab"),
    ]);
    assert_eq!(render("{{ 'a\nb' | NewlineToBr }}", "{}").lines().rev().take(2).collect::<Vec<_>>(), ["b", "a<br />"]);
}

#[test]
fn values_and_conditions() {
    check(&[
        ("{{body.o[1].k}}{{body.o.first.k}}{{body['o'][0]['k']}}{{body.o.size}}{{body.o[9].k}}{{body.t.x.y}}", "abb2"),
        ("{{body.b}}{{body.none}}{{body.l}}{{body.o[0]}}", "false3121[k, b]"),
        ("{% if body.e == empty and body.l != empty %}y{% endif %}{% if body.none == nil %}n{% endif %}", "yn"),
        (
            "{% if body.t contains 'big' %}a{% endif %}{% if body.l contains 2 %}b{% endif %}{% if body.l contains '4' %}c{% endif %}",
            "ab",
        ),
        (
            "{% if body.t startswith 'Hell' %}a{% endif %}{% if body.t endsWith 'd' %}b{% endif %}{% if body hasKey 'n' %}c{% endif %}",
            "abc",
        ),
        // The last joint is decided first.
        (
            "{% if true or false and false %}y{% else %}n{% endif %}{% if false and false or true %}y{% else %}n{% endif %}",
            "yn",
        ),
        (
            "{% if body.n < 0 %}a{% endif %}{% if '10' > 9 %}b{% endif %}{% if 'b' > 'a' %}c{% endif %}{% if body.t < 1 %}d{% endif %}",
            "abc",
        ),
        ("{% unless body.b %}a{% elsif true %}b{% else %}c{% endunless %}", "a"),
        (
            "{% for x in body.l limit:2 offset:1 %}{{forloop.index}}/{{forloop.length}}:{{x}} {% endfor %}",
            "1/2:1 2/2: ",
        ),
        (
            "{% for x in body.none %}a{% else %}none{% endfor %}{% for p in body.o[0] %}{{p[0]}}={{p[1]}}{% endfor %}",
            "nonek=b",
        ),
        (
            "{% for a in (1..2) %}{% for b in (1..2) %}{{a}}{{b}}{% if b == 1 %}{% break %}{% endif %}{% endfor %}{% endfor %}",
            "1121",
        ),
        (
            "{% for x in body.l %}{% ifchanged %}{{x}}{% endifchanged %}{% endfor %}{% decrement d %}{% decrement d %}{{d}}",
            "3121-1-2-2",
        ),
        ("a {%- assign x = 1 -%} b {{- x -}} c", "ab1c"),
        ("{% for x in body.l %}{% cycle 'g': 'a', 'b' %}{% endfor %}{% cycle 'g': 'a', 'b' %}", "ababab"),
    ]);
}

#[test]
fn tables() {
    let shown = render("{% tablerow x in body.l cols:2 %}{{x}}{% endtablerow %}", r#"{"l":[1,2,3]}"#);
    let expected = "<tr class=\"row1\">\n<td class=\"col1\">1</td><td class=\"col2\">2</td></tr>\n<tr class=\"row2\"><td class=\"col1\">3</td></tr>\n";
    assert!(shown.ends_with(expected), "{shown}");
}

/// Names that only a caller ever said are not remembered.
#[test]
fn names_of_callers_are_forgotten() {
    check(&[("{{context.Variables[body.w]}}|", "|")]);
    assert_eq!(crate::names::find("one two three"), None);
}

/// Headers and queries are read once for a rendering.
#[test]
fn parts_of_the_context_are_the_same_each_time() {
    check(&[(
        "{% for i in (1..3) %}{{context.Request.Headers['Content-Type']}}{{context.Request.headers['content-type']}};{% endfor %}",
        "application/jsonapplication/json;application/jsonapplication/json;application/jsonapplication/json;",
    )]);
}

/// `threats.md` A29: every one of these ends in an error, and soon.
#[test]
fn hostile_templates_end() {
    let doubling =
        format!("{{% assign x = 'xxxxxxxxxxxxxxxx' %}}{}", "{% capture x %}{{x}}{{x}}{% endcapture %}".repeat(30));
    let nested = "{% for a in (1..1000) %}".repeat(4) + "x" + &"{% endfor %}".repeat(4);
    for (template, why) in [
        ("{% for i in (1..1000000000) %}{% endfor %}", "a range has at most 1000000 numbers"),
        (doubling.as_str(), "memory"),
        (nested.as_str(), "instruction budget"),
        ("{% assign x = 'ab' %}{% for i in (1..100) %}{% assign x = x | Replace: 'a', x %}{% endfor %}", "memory"),
        ("{% assign x = 'abababab' %}{% for i in (1..100) %}{% assign x = x | Append: x %}{% endfor %}", "memory"),
    ] {
        let shown = render(template, "{}");
        assert!(shown.starts_with("! set-body ExpressionValueEvaluationFailure"), "{why}: {shown}");
        assert!(shown.contains(why), "{why}: {shown}");
    }
    let deep = "{% if true %}".repeat(100) + &"{% endif %}".repeat(100);
    let brackets = format!("{{{{ a{}{} }}}}", "[b".repeat(5000), "]".repeat(5000));
    for template in [deep, brackets] {
        let policy = format!("<set-body template=\"liquid\">{template}</set-body>");
        let found = crate::policies::check::inbound_findings(&policy);
        assert!(found.starts_with("TG0227") && found.contains("nested"), "{found}");
    }
}

#[test]
fn bodies_of_other_kinds() {
    let shown = |kind: &'static str, body: &'static str| {
        let policy = "<set-body template=\"liquid\">[{{body}}] {{body.a}}{{context.Request.HasBody}}</set-body>";
        let mut scene = Scene::inbound(policy).header("content-type", kind).body(body);
        let ended = scene.run();
        let error = ended.lines().find(|line| line.starts_with("! ")).map(str::to_owned);
        error.unwrap_or_else(|| scene.request().rsplit('\n').next().unwrap_or_default().to_owned())
    };
    assert_eq!(shown("text/plain", "plain"), "[plain] true");
    assert_eq!(shown("application/json", " \n"), "[] true");
    assert_eq!(shown("application/problem+json", "[1,\"x\"]"), "[1x] true");
    assert_eq!(shown("text/xml", "<a>t</a>"), "[t] ttrue");
    assert!(shown("application/json", "{").starts_with("! set-body ExpressionValueEvaluationFailure"));
    assert!(shown("application/xml", "<a>").starts_with("! set-body ExpressionValueEvaluationFailure"));
}
