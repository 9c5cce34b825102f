//! The expressions, each in every language that can say it, and what all of them must give.

/// One piece of work.
pub struct Case {
    pub name: &'static str,
    pub csharp: &'static str,
    pub rhai: &'static str,
    /// Common Expression Language has neither loops nor a library: what it cannot say is `None`.
    pub cel: Option<&'static str>,
    pub lua: &'static str,
    pub expected: &'static str,
}

/// What the call carries. Whatever a language is given, it is given before the clock runs, in the form it likes best.
pub const HEADERS: [(&str, &str); 3] = [("accept", "application/json"), ("x-a", "b"), ("authorization", TOKEN)];
pub const TOKEN: &str = "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJtZXMiLCJyb2xlcyI6WyJvcmRlcnMucmVhZCIsIm9yZGVycy53cml0ZSJdLCJleHAiOjQxMDI0NDQ4MDB9.c2lnbmF0dXJl";
pub const BODY: &str = r#"{"id":4711,"customer":{"name":"Contoso","country":"DE"},"lines":[{"sku":"A-1","quantity":3},{"sku":"B-2","quantity":5}]}"#;
pub const METHOD: &str = "GET";
pub const PATH: &str = "/bc/orders/4711";
pub const VARIABLE: &str = "eyJhbGciOiJSUzI1NiJ9";

pub const CASES: &[Case] = &[
    Case {
        name: "header_test",
        csharp: r#"@(context.Request.Headers.GetValueOrDefault("X-A","") == "b")"#,
        rhai: r#"headers["x-a"] == "b""#,
        cel: Some(r#"headers["x-a"] == "b""#),
        lua: r#"headers["x-a"] == "b""#,
        expected: "true",
    },
    Case {
        name: "method_and_path",
        csharp: r#"@(context.Request.Method == "GET" && context.Request.Url.Path.StartsWith("/bc/"))"#,
        rhai: r#"method == "GET" && path.starts_with("/bc/")"#,
        cel: Some(r#"method == "GET" && path.startsWith("/bc/")"#),
        lua: r#"method == "GET" and path:sub(1, 4) == "/bc/""#,
        expected: "true",
    },
    Case {
        name: "variable_test",
        csharp: r#"@(context.Variables.ContainsKey("token"))"#,
        rhai: r#""token" in variables"#,
        cel: Some(r#""token" in variables"#),
        lua: "variables.token ~= nil",
        expected: "true",
    },
    Case {
        name: "variable_text",
        csharp: r#"@("Bearer " + (string)context.Variables["token"])"#,
        rhai: r#""Bearer " + variables.token"#,
        cel: Some(r#""Bearer " + variables.token"#),
        lua: r#""Bearer " .. variables.token"#,
        expected: "Bearer eyJhbGciOiJSUzI1NiJ9",
    },
    Case {
        name: "jwt_claim",
        csharp: r#"@(context.Request.Headers.GetValueOrDefault("Authorization","").AsJwt()?.Claims.GetValueOrDefault("sub","") == "mes")"#,
        rhai: r#"jwt(headers["authorization"]).sub == "mes""#,
        cel: Some(r#"jwt(headers["authorization"]).sub == "mes""#),
        lua: r#"jwt(headers["authorization"]).sub == "mes""#,
        expected: "true",
    },
    Case {
        name: "json_field",
        csharp: r#"@((string)context.Request.Body.As<JObject>(preserveContent: true)["customer"]["name"] == "Contoso")"#,
        rhai: r#"json(body).customer.name == "Contoso""#,
        cel: Some(r#"json(body).customer.name == "Contoso""#),
        lua: r#"json(body).customer.name == "Contoso""#,
        expected: "true",
    },
    Case {
        name: "string_building",
        csharp: r#"@($"{context.Request.Method} {context.Request.Url.Path}?id={context.Variables["n"]}")"#,
        rhai: "`${method} ${path}?id=${variables.n}`",
        cel: Some(r#"method + " " + path + "?id=" + string(variables.n)"#),
        lua: r#"method .. " " .. path .. "?id=" .. variables.n"#,
        expected: "GET /bc/orders/4711?id=7",
    },
    Case {
        name: "split_and_join",
        csharp: r#"@(string.Join(";", "a,b,c,d,e,f,g,h".Split(',').Select(x => x.ToUpperInvariant())))"#,
        rhai: r#""a,b,c,d,e,f,g,h".split(",").map(|x| x.to_upper()).reduce(|all, x| if all == "" { x } else { all + ";" + x }, "")"#,
        cel: None,
        lua: r#"table.concat(map(split("a,b,c,d,e,f,g,h", ","), function(x) return x:upper() end), ";")"#,
        expected: "A;B;C;D;E;F;G;H",
    },
    Case {
        name: "regex",
        csharp: r#"@(Regex.IsMatch(context.Request.Url.Path, "^/bc/[a-z]+/[0-9]+$"))"#,
        rhai: "is_order(path)",
        cel: Some("is_order(path)"),
        lua: r#"path:match("^/bc/%l+/%d+$") ~= nil"#,
        expected: "true",
    },
    Case {
        name: "date",
        csharp: r#"@(DateTime.UtcNow.AddMinutes(5).ToString("yyyy-MM-ddTHH:mm:ssZ").Length)"#,
        rhai: r#"utc_text(utc_now() + 300).len()"#,
        cel: Some("size(utc_text(utc_now() + 300))"),
        lua: r#"#os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() + 300)"#,
        expected: "20",
    },
    Case {
        name: "linq_100",
        csharp: "@(Enumerable.Range(0, 100).Where(x => x % 3 == 0).Select(x => x * 2).Sum())",
        rhai: "numbers.filter(|x| x % 3 == 0).map(|x| x * 2).reduce(|sum, x| sum + x, 0)",
        cel: Some("sum(numbers.filter(x, x % 3 == 0).map(x, x * 2))"),
        lua: "sum(map(filter(range(0, 100), function(x) return x % 3 == 0 end), function(x) return x * 2 end))",
        expected: "3366",
    },
    Case {
        name: "loop_10000",
        csharp: "@{ int sum = 0; for (int i = 0; i < 10000; i++) { sum += i % 7; } return sum; }",
        rhai: "let sum = 0; for i in 0..10000 { sum += i % 7; } sum",
        cel: None,
        lua: "(function() local sum = 0; for i = 0, 9999 do sum = sum + i % 7 end; return sum end)()",
        expected: "29994",
    },
];
