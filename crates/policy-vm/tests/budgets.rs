//! What an expression may use up, and that running out is an ordinary failure: no hang, no abort, and memory given back.

#![expect(clippy::expect_used, reason = "what stands in the way of a test fails it")]

use std::sync::atomic::{AtomicU64, Ordering};

use policy_vm::exception::{Throw, Trap};
use policy_vm::exchange::Variable;
use policy_vm::host::{Ambient, HostReply};
use policy_vm::stored::Stored;
use policy_vm::value::Value;
use policy_vm::{Ended, Engine, Environment, Exchange, Limits, Pipeline, Progress, Run, Scope, Source, eval};

/// A clock on which some time passes between two looks.
#[derive(Default)]
struct Clock {
    passing: u64,
    now: AtomicU64,
}

impl Ambient for Clock {
    fn now_ticks(&self) -> i64 {
        638_505_760_891_234_567
    }

    fn monotonic_micros(&self) -> u64 {
        self.now.fetch_add(self.passing, Ordering::Relaxed)
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(4);
    }
}

fn limits() -> Limits {
    Limits { instructions: 2_000_000, memory: 8 << 20, string: 1 << 20, regex_steps: 500_000, ..Limits::default() }
}

/// What stops the expression.
fn trap(text: &str) -> Trap {
    trap_on(&Clock::default(), text)
}

/// How an expression ends, and the instructions that it takes; what is asked of the system is a small multiple of what it
/// may have.
fn ends(text: &str, limits: &Limits) -> (Result<Value, Throw>, u64) {
    let expression = eval::compile_unrestricted(text).map_err(|e| format!("{text}: {e:?}")).expect("it compiles");
    let (mut ended, most) = (None, 4 * limits.memory as u64 + (1 << 20));
    let taken = allocation_counter::measure(|| {
        let mut exchange = Exchange::new(limits);
        ended = Some(expression.evaluate(&mut exchange, &Clock::default(), limits, |_, result| result));
    });
    assert!(taken.bytes_max <= most, "{text}: {} bytes", taken.bytes_max);
    ended.expect("it was run")
}

fn trap_on(clock: &Clock, text: &str) -> Trap {
    let limits = limits();
    let expression = eval::compile(text).map_err(|errors| format!("{text}: {errors:?}")).expect("it compiles");
    let mut exchange = Exchange::new(&limits);
    let (result, _) = expression.evaluate(&mut exchange, clock, &limits, |_, result| result);
    match result {
        Err(Throw::Trap(trap)) => trap,
        other => panic!("{text} was not stopped: {other:?}"),
    }
}

const ENDLESS: [&str; 9] = [
    "@{ while (true) { } }",
    "@{ for (;;) ; }",
    "@{ int i = 0; do { i++; } while (i != -1); return i; }",
    "@{ again: goto again; }",
    "@{ int i = 0; again: i++; if (i > 0) { goto again; } return i; }",
    "@{ try { while (true) { } } catch { return 1; } finally { while (true) { } } }",
    "@(Enumerable.Range(0, int.MaxValue).Sum(x => 1L))",
    "@(Enumerable.Range(0, 100000).SelectMany(x => Enumerable.Range(0, 100000)).Count(x => x < 0))",
    "@{ int n = 0; foreach (var a in Enumerable.Range(0, int.MaxValue)) { n++; } return n; }",
];

#[test]
fn endless_work_runs_out_of_instructions() {
    for text in ENDLESS {
        assert_eq!(trap(text), Trap::Instructions, "{text}");
    }
}

#[test]
fn endless_work_runs_out_of_time() {
    for text in ENDLESS {
        let clock = Clock { passing: limits().micros, ..Clock::default() };
        assert_eq!(trap_on(&clock, text), Trap::Time, "{text}");
    }
}

/// A deadline that lies within what the machine does without looking costs nothing: nobody asks for the time.
#[test]
fn short_work_does_not_ask_for_the_time() {
    let (clock, limits) = (Clock { passing: 1, ..Clock::default() }, limits());
    let expression = eval::compile("@(Enumerable.Range(0, 1000).Sum())").expect("it compiles");
    let mut exchange = Exchange::new(&limits);
    let (result, _) = expression.evaluate(&mut exchange, &clock, &limits, |_, result| result);
    assert_eq!(result, Ok(Value::Int32(499_500)));
    assert_eq!(clock.now.load(Ordering::Relaxed), 0);
}

#[test]
fn deep_recursion_is_stopped() {
    let texts = [
        "@{ Func<int, int> f = null; f = x => f(x + 1) + 1; return f(0); }",
        "@{ int f(int x) => f(x + 1) + 1; return f(0); }",
        "@{ int even(int n) => odd(n + 1); int odd(int n) => even(n + 1) + 1; return even(0); }",
        "@{ T f<T>(T x) => f(x); return f(1); }",
        "@{ Func<int, bool> f = null; f = x => new[] { 1 }.Any(y => f(y)); return f(0); }",
        "@{ int f(int x) { try { return f(x + 1); } finally { f(x); } } return f(0); }",
    ];
    // Levels of code without optimisation are large.
    let deep = std::thread::Builder::new().stack_size(16 << 20);
    let ended = deep.spawn(move || texts.iter().for_each(|text| stops_deep(text))).map(std::thread::JoinHandle::join);
    assert!(matches!(ended, Ok(Ok(()))));
}

fn stops_deep(text: &str) {
    let limits = limits();
    let expression = eval::compile_unrestricted(text).map_err(|e| format!("{text}: {e:?}")).expect("it compiles");
    let mut exchange = Exchange::new(&limits);
    let (result, _) = expression.evaluate(&mut exchange, &Clock::default(), &limits, |_, result| result);
    let stopped = [Trap::Depth, Trap::Instructions].map(|trap| Err(Throw::Trap(trap)));
    assert!(stopped.contains(&result), "{text}: {result:?}");
}

#[test]
fn memory_is_refused_before_it_is_taken() {
    let texts = [
        ("@{ var s = \"ab\"; while (true) { s += s; } }", Trap::StringTooLong),
        ("@(new string('x', int.MaxValue))", Trap::StringTooLong),
        ("@(\"a\".PadLeft(2000000000))", Trap::StringTooLong),
        ("@(string.Concat(Enumerable.Repeat(\"abcdefgh\", 1 << 30)))", Trap::StringTooLong),
        ("@(Enumerable.Repeat(\"x\", 1 << 30).ToArray())", Trap::Memory),
        ("@(new int[int.MaxValue].Length)", Trap::Memory),
        ("@(new byte[int.MaxValue].Length)", Trap::Memory),
        ("@{ var l = new List<string>(); while (true) { l.Add(\"x\"); } }", Trap::Instructions),
        ("@{ var o = new JArray(); while (true) { o.Add(new JObject()); } }", Trap::Memory),
        ("@{ var b = new StringBuilder(\"abcdefgh\"); while (true) { b.Append(b.ToString()); } }", Trap::StringTooLong),
        ("@(\"a\".Replace(\"a\", new string('b', 1000)).Replace(\"b\", new string('c', 100000)))", Trap::Memory),
    ];
    // The first is run once more: what is made once for the process counts for nobody.
    let _ = ends(texts[0].0, &limits());
    let differ: Vec<_> = texts
        .iter()
        .map(|(text, why)| (text, Err(Throw::Trap(*why)), ends(text, &limits()).0))
        .filter(|(_, expected, ended)| expected != ended)
        .collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

/// Texts whose length a product decides are given up where they become too long, not when they are done.
#[test]
fn texts_are_refused_while_they_are_written() {
    const LONG: &str = "@{ var s = new string('x', 1000000); ";
    let texts = [
        "return string.Format(string.Concat(Enumerable.Repeat(\"{0}\", 400)), s); }",
        "var b = new StringBuilder(); b.AppendFormat(string.Concat(Enumerable.Repeat(\"{0}\", 400)), s); return b; }",
        "var b = new StringBuilder(); b.AppendJoin(\",\", Enumerable.Repeat(s, 400)); return b.Length; }",
        "var a = new JArray(); for (int i = 0; i < 400; i++) { a.Add(s); } return a.ToString(); }",
        "return JsonConvert.SerializeObject(Enumerable.Repeat(s, 400)); }",
        "return \"\" + new { a = s, b = s, c = s, d = s, e = s, f = s, g = s, h = s, i = s, j = s }; }",
        "var e = new XElement(\"a\"); for (int i = 0; i < 20000; i++) { e = new XElement(\"a\", e); } return e.ToString(); }",
        "var e = new XElement(\"a\"); for (int i = 0; i < 20000; i++) { e = new XElement(\"a\", e); } return \"\" + e; }",
    ];
    let _ = ends("@(new XElement(\"a\").ToString() + new JArray())", &limits());
    for text in texts {
        let (ended, _) = ends(&format!("{LONG}{text}"), &limits());
        assert_eq!(ended, Err(Throw::Trap(Trap::StringTooLong)), "{text}");
    }
}

/// Work that one instruction does, and whose size an input decides.
#[test]
fn long_texts_and_products_are_paid_for() {
    let texts = [
        "@{ var a = new string('x', 999999) + \"a\"; var b = new string('x', 999999) + \"a\"; var n = 0; \
         for (int i = 0; i < 1000; i++) { if (a == b) { n++; } } return n; }",
        "@{ var a = new string(' ', 1000000); var n = 0; \
         for (int i = 0; i < 1000; i++) { if (string.IsNullOrWhiteSpace(a)) { n++; } } return n; }",
        "@{ var l = Enumerable.Repeat(new string('x', 1000000), 2000).ToList(); l.Sort(); return l.Count; }",
        "@{ var at = new JArray(); for (int i = 0; i < 20000; i++) { var n = new JArray(1); at.Add(n); at = n; } return 1; }",
        "@{ var x = string.Concat(Enumerable.Range(0, 5000).Select(i => \" xmlns:p\" + i + \"='u\" + i + \"' p\" + i + \":x=''\")); \
         return XElement.Parse(\"<a\" + x + \"/>\").ToString().Length; }",
    ];
    for text in texts {
        assert_eq!(ends(text, &limits()).0, Err(Throw::Trap(Trap::Instructions)), "{text}");
    }
}

#[test]
fn a_call_of_a_delegate_costs_what_a_call_costs() {
    let with = ends(
        "@{ Func<int, int> f = x => x; int n = 0; for (int i = 0; i < 1000; i++) { n += f(i); } return n; }",
        &limits(),
    );
    let without = ends("@{ int n = 0; for (int i = 0; i < 1000; i++) { n += i; } return n; }", &limits());
    assert_eq!(with.0, without.0);
    assert!(with.1 >= without.1 + 1000, "{} and {}", with.1, without.1);
}

#[test]
fn registers_of_nested_calls_are_memory() {
    let text = "@{ int f(int x) => x == 0 ? 0 : f(x - 1) + 1; return f(5000); }";
    assert_eq!(ends(text, &limits()).0, Ok(Value::Int32(5000)));
    let limits = Limits { memory: 64 << 10, ..limits() };
    assert_eq!(ends(text, &limits).0, Err(Throw::Trap(Trap::Memory)));
}

#[test]
fn a_text_beyond_ascii_takes_two_bytes_a_unit() {
    let text = "@{ var s = new string('LETTER', 500000); var n = 0; \
                for (int i = 0; i < 9; i++) { n += (s + \"x\").Length; } return n; }";
    assert_eq!(ends(&text.replace("LETTER", "e"), &limits()).0, Ok(Value::Int32(4_500_009)));
    assert_eq!(ends(&text.replace("LETTER", "é"), &limits()).0, Err(Throw::Trap(Trap::Memory)));
}

#[test]
fn xml_that_is_nested_deeply_is_refused_when_it_is_read() {
    let text = "@(XElement.Parse(string.Concat(Enumerable.Repeat(\"<a>\", DEPTH)) + \
                string.Concat(Enumerable.Repeat(\"</a>\", DEPTH))).ToString().Length > 0)";
    assert_eq!(ends(&text.replace("DEPTH", "500"), &limits()).0, Ok(Value::Bool(true)));
    assert!(matches!(ends(&text.replace("DEPTH", "40000"), &limits()).0, Err(Throw::Exception(_))));
}

/// From one sibling to the next is one step, however many there are.
#[test]
fn a_walk_along_siblings_costs_what_it_walks() {
    let text = "@{ var r = XElement.Parse(\"<r>\" + string.Concat(Enumerable.Repeat(\"<a/>\", 20000)) + \"</r>\"); \
                int n = 0; for (var at = r.FirstNode; at != null; at = at.NextNode) { n++; } return n; }";
    assert_eq!(ends(text, &limits()).0, Ok(Value::Int32(20_000)));
}

#[test]
fn no_catch_stops_a_budget() {
    let text = "@{ try { while (true) { } } catch (Exception) { return \"caught\"; } catch { return \"caught\"; } }";
    assert_eq!(trap(text), Trap::Instructions);
}

#[test]
fn regular_expressions_have_steps() {
    let hostile = [
        "@(Regex.IsMatch(new string('a', 40) + \"!\", \"^(a+)+$\"))",
        "@(Regex.Match(new string('a', 60), \"(a*)*b\").Success)",
    ];
    for text in hostile {
        assert_eq!(trap(text), Trap::Regex, "{text}");
    }
    // In a JSONPath as well.
    let text = "@(JArray.Parse(\"[{'a':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'}]\").SelectTokens(\"$[?(@.a =~ /^(a+)+$/)]\").Count())";
    assert_eq!(trap(text), Trap::Regex, "{text}");
}

/// Patterns whose programs would be too large, and those nested too deeply, end in an exception or in a budget.
#[test]
fn hostile_patterns_end() {
    let limits = limits();
    let ends = |text: &str| {
        let expression = eval::compile(text).expect("it compiles");
        let mut exchange = Exchange::new(&limits);
        expression.evaluate(&mut exchange, &Clock::default(), &limits, |_, result| result).0
    };
    assert!(ends("@(Regex.IsMatch(\"a\", new string('(', 100000)))").is_err());
    assert!(ends("@(Regex.IsMatch(\"a\", new string('(', 100000) + new string(')', 100000)))").is_err());
    assert_eq!(ends("@(Regex.IsMatch(\"a\", \"(?:(?:a{1000}){1000}){1000}\"))"), Ok(Value::Bool(false)));
    assert!(ends("@(Regex.IsMatch(\"a\", string.Concat(Enumerable.Repeat(\"(a|b)\", 200000))))").is_err());
}

#[test]
fn json_paths_have_steps() {
    let text = "@{ var o = new JObject(); for (int i = 0; i < 200; i++) { o[\"k\" + i] = new JArray(Enumerable.Range(0, 50)); } \
                return o.SelectTokens(\"$..[?(@..[?(@ > 1)])]\").Count(); }";
    let limits = Limits { instructions: 50_000, ..limits() };
    let expression = eval::compile(text).expect("it compiles");
    let mut exchange = Exchange::new(&limits);
    let (result, _) = expression.evaluate(&mut exchange, &Clock::default(), &limits, |_, result| result);
    assert_eq!(result, Err(Throw::Trap(Trap::Instructions)));
}

/// After a call that used all it may, the next has all of it again.
#[test]
fn budgets_begin_anew_with_each_exchange() {
    let limits = limits();
    let greedy = eval::compile("@{ var l = new List<string>(); while (true) { l.Add(\"x\"); } }").expect("it compiles");
    let modest = eval::compile("@(new string('x', 1000000).Length)").expect("it compiles");
    let mut exchange = Exchange::new(&limits);
    for _ in 0..20 {
        let (result, _) = greedy.evaluate(&mut exchange, &Clock::default(), &limits, |_, result| result);
        assert!(result.is_err());
        exchange.reset();
        let (result, _) = modest.evaluate(&mut exchange, &Clock::default(), &limits, |_, result| result);
        assert_eq!(result, Ok(Value::Int32(1_000_000)));
    }
}

/// Nothing of one call is seen by another, whatever both have in common: patterns, texts, JSON.
#[test]
fn calls_share_nothing() {
    let text = "@{ var o = JObject.Parse(\"{'a':1}\"); o[\"mark\"] = context.Request.Method; \
                var r = Regex.Replace(\"<x>\", \"x\", m => (string)o[\"mark\"]); \
                return r + o[\"mark\"] + o.Count; }";
    let expression = eval::compile(text).expect("it compiles");
    std::thread::scope(|scope| {
        for name in ["ALICE", "BOB", "CAROL", "DAVE"] {
            let expression = &expression;
            scope.spawn(move || {
                let limits = limits();
                let mut exchange = Exchange::new(&limits);
                for _ in 0..200 {
                    exchange.reset();
                    exchange.call.request.method = name.parse().expect("a method");
                    let (shown, _) =
                        expression.evaluate(&mut exchange, &Clock::default(), &limits, |cx, result| match result {
                            Ok(Value::String(text)) => cx.text(text).to_utf8().into_owned(),
                            other => format!("{other:?}"),
                        });
                    assert_eq!(shown, format!("<{name}>{name}2"));
                }
            });
        }
    });
}

#[test]
fn trees_and_queries_are_as_deep_as_a_program_makes_them() {
    // Only what goes down a level with each one of its own calls ends; all else takes them as they are.
    let deep = "var e=new XElement(\"a\"); for(int i=0;i<3000;i++) e=new XElement(\"b\",e);";
    let of_tree = [
        "return XNode.DeepEquals(e,new XElement(e)) ? e.DescendantsAndSelf().Count() : 0;",
        "return e.ToString(SaveOptions.DisableFormatting).Length > 0 ? 3001 : 0;",
        "return e.Descendants(\"a\").First().AncestorsAndSelf().Count();",
    ];
    for work in of_tree {
        let expression = eval::compile_unrestricted(&format!("@{{ {deep} {work} }}")).expect("an expression");
        let mut exchange = Exchange::new(&Limits::default());
        let shown = expression.evaluate(&mut exchange, &Clock::default(), &Limits::default(), |_, made| made.ok()).0;
        assert_eq!(shown, Some(Value::Int32(3001)), "{work}");
    }
    assert_eq!(trap(&format!("@{{ {deep} return JsonConvert.SerializeObject(e).Length; }}")), Trap::Depth);
    let query = "IEnumerable<int> q=new[]{1,2,3}; for(int i=0;i<9999;i++)";
    for (step, end) in [
        ("q=q.Select(x=>x);", "q.Skip(1).First()"),
        ("q=q.Select(x=>x);", "q.Last()"),
        ("q=q.Take(5);", "q.Any()"),
        ("q=q.Concat(q);", "q.Count()"),
        ("q=q.OrderBy(x=>x);", "q.ElementAt(1)"),
        ("q=q.SelectMany(x=>new[]{x});", "q.ToArray().Length"),
    ] {
        assert_eq!(trap(&format!("@{{ {query} {step} return {end}; }}")), Trap::Depth, "{step} {end}");
    }
}

/// What is equal, or has a hash, is walked over as often as it is held.
#[test]
fn what_is_shared_is_paid_for() {
    const SHARED: &str =
        "object a = 1, b = 1; for (int i = 0; i < 40; i++) { a = Tuple.Create(a, a); b = Tuple.Create(b, b); }";
    let texts = [
        "return a.GetHashCode(); }",
        "return a.Equals(b); }",
        "return new Dictionary<object, int> { { a, 1 } }.Count; }",
        "return new[] { a, b }.Distinct().Count(); }",
        "return new[] { a, b }.OrderBy(x => x).ToList().Count; }",
        "return new { x = a }.Equals(new { x = b }); }",
    ];
    for text in texts {
        assert_eq!(ends(&format!("@{{ {SHARED} {text}"), &limits()).0, Err(Throw::Trap(Trap::Instructions)), "{text}");
    }
}

/// Beginning to go through something copies nothing of it.
#[test]
fn going_through_a_collection_takes_no_memory() {
    let texts = [
        "var m = new int[300, 300];",
        "var m = Regex.Matches(new string('a', 5000), \"a\").Cast<Match>();",
        "var m = Enumerable.Range(0, 20000).ToLookup(x => x);",
        "var m = new XmlDocument(); m.LoadXml(\"<r>\" + string.Concat(Enumerable.Repeat(\"<a/>\", 2000)) + \"</r>\"); \
         var l = m.DocumentElement.ChildNodes;",
    ];
    for text in texts {
        let source = if text.contains("var l") { "l" } else { "m" };
        let text = format!(
            "@{{ {text} var n = 0; for (int i = 0; i < 3000; i++) {{ foreach (var x in {source}) {{ n++; break; }} }} return n; }}"
        );
        let limits = Limits { memory: 16 << 20, instructions: 20_000_000, ..limits() };
        assert_eq!(ends(&text, &limits).0, Ok(Value::Int32(3000)), "{text}");
    }
}

/// One `finally` more is some instructions more, however deep it lies, and whatever leaves it.
#[test]
fn finally_blocks_are_written_once() {
    let nested = |depth: usize, inner: &str| {
        let text = format!("@{{ {} {inner} {} return 1; }}", "try { } finally { ".repeat(depth), "} ".repeat(depth));
        eval::compile(&text).expect("it compiles").disassemble().lines().count()
    };
    let around = |depth: usize| {
        let text = format!(
            "@{{ while (true) {{ {} if (context.RequestId == null) break; return 1; {} }} return 2; }}",
            "try { ".repeat(depth),
            "} finally { context.Variables.ContainsKey(\"a\"); }".repeat(depth)
        );
        eval::compile(&text).expect("it compiles").disassemble().lines().count()
    };
    assert_eq!(nested(20, "") - nested(10, ""), nested(30, "") - nested(20, ""));
    assert_eq!(around(20) - around(10), around(30) - around(20));
    assert!(nested(30, "") < 600, "{}", nested(30, ""));
}

/// Syntax that is bound more than once for each level around it is given up, at a number of expressions.
#[test]
fn binding_again_and_again_is_given_up() {
    let nest = |depth: usize, before: &str, inner: &str, after: &str| {
        format!("{}{inner}{}", before.repeat(depth), after.repeat(depth))
    };
    let too_complex = [
        format!("@{{ {} return 1; }}", nest(24, "((Func<string>)(() => { ", "", " return \"\"; }))().Foo;")),
        format!("@{{ {} return 1; }}", {
            let open = |k: usize| format!("int F{k}<T{k}>(int n{k}) {{ ");
            let close = |k: usize| {
                format!(" if (n{k} > 0) {{ return F{k}<List<T{k}>>(n{k} - 1); }} return 0; }} F{k}<int>(3);")
            };
            let body: String = (0..4).map(open).chain((0..4).rev().map(close)).collect();
            body
        }),
    ];
    for text in too_complex {
        let errors = eval::compile(&text).err().unwrap_or_default();
        assert!(errors.iter().any(|e| e.code == "CS8078" || e.code == "CS0201"), "{text}: {errors:?}");
    }
    let cases = nest(20, "((Func<int>)(() => { switch (1) { case ", "1", ": return 1; } return 2; }))()");
    let errors = eval::compile(&format!("@({cases})")).err().unwrap_or_default();
    assert!(errors.iter().any(|e| e.code == "CS0150"), "{errors:?}");
    let defaults = nest(14, "((Func<int>)(() => { int F(int x = ", "1", ") => x; return F(); }))()");
    let errors = eval::compile(&format!("@({defaults})")).err().unwrap_or_default();
    assert!(errors.iter().any(|e| e.code == "CS1736"), "{errors:?}");
}

/// A loop around a loop around an expression that is just within its budget ends, and `on-error` can still say why: a run
/// has a budget of its own, of instructions and of time.
#[test]
fn a_run_is_bounded_as_a_whole() {
    let document = "<policies><inbound><retry condition=\"true\" count=\"50\" interval=\"0\">\
        <retry condition=\"true\" count=\"50\" interval=\"0\"><set-variable name=\"n\" \
        value=\"@{ int n = 0; for (int i = 0; i < 60000; i++) { n += i; } return n; }\" /></retry></retry></inbound>\
        <on-error><set-variable name=\"why\" value=\"@(context.LastError.Reason + new string('!', 3))\" /></on-error></policies>";
    let why = |limits: Limits, passing: u64| {
        let engine = Engine::new().with_limits(limits);
        let source = Source::new("policy.xml", document);
        let program = engine.compile(&source, Scope::Api, &Environment::default()).program.expect("it compiles");
        let pipeline = Pipeline::new([program]);
        let mut exchange = Exchange::new(engine.limits());
        let clock = Clock { passing, ..Clock::default() };
        let mut run = Run::new(&pipeline);
        let mut progress = run.begin(&mut exchange, &clock);
        while let Progress::Call(id, _) = progress {
            progress = run.reply(&mut exchange, &clock, id, HostReply::Acquired(true));
        }
        assert!(matches!(progress, Progress::Finished(Ended::WithError)), "{progress:?}");
        let error = exchange.call.last_error.take().expect("an error");
        assert!(exchange.variables().iter().any(|(name, _)| *name == "why"), "{error:?}");
        (error.message, clock.now.load(Ordering::Relaxed))
    };
    let (message, _) = why(Limits { instructions: 1_000_000, expressions: 3, ..Limits::default() }, 0);
    assert!(message.contains("instruction budget"), "{message}");
    // 40 ms each, and a second together: whoever looks at the clock lets 10 ms pass.
    let (_, now) = why(Limits { run_micros: 1_000_000, ..Limits::default() }, 10_000);
    assert!((1_000_000..2_000_000).contains(&now), "{now}");
}

/// What an expression asked for and did not get is not taken, and what was taken leaves `on-error` a reserve: it can still
/// say what went wrong, whichever budget ran out.
#[test]
fn on_error_runs_after_each_budget() {
    for (expression, words) in [
        ("new byte[1000000000].Length", "memory budget"),
        ("Enumerable.Range(0, 100000).Select(n => new string('x', 10000)).ToList().Count", "memory budget"),
        ("new string('x', 2000000000)", "made a string longer than allowed"),
        ("Enumerable.Range(0, int.MaxValue).Count(n => n > 0)", "instruction budget"),
        ("Regex.IsMatch(new string('a', 40), \"^(a+)+(b|c)+$\")", "regular expression exceeded"),
    ] {
        let expression = expression.replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
        let document = format!(
            "<policies><inbound><set-variable name=\"n\" value=\"@({expression})\" /></inbound><on-error>\
             <set-variable name=\"why\" value=\"@((&quot;failed: &quot; + context.LastError.Message).Contains(&quot;{words}&quot;))\" />\
             </on-error></policies>"
        );
        let engine = Engine::new();
        let source = Source::new("policy.xml", document.as_str());
        let compiled = engine.compile(&source, Scope::Api, &Environment::default());
        assert!(compiled.program.is_some(), "{expression}: {:?}", compiled.diagnostics);
        let pipeline = Pipeline::new(compiled.program);
        let mut exchange = Exchange::new(engine.limits());
        let progress = Run::new(&pipeline).begin(&mut exchange, &Clock::default());
        assert!(matches!(progress, Progress::Finished(Ended::WithError)), "{expression}: {progress:?}");
        let error = exchange.call.last_error.take().expect("an error");
        assert!(error.message.contains(words), "{expression}: {}", error.message);
        let said = exchange.variables().iter().find(|(name, _)| *name == "why").map(|(_, value)| value.clone());
        let words_of_it = Variable::Value(Stored::Bool(true));
        assert_eq!(format!("{said:?}"), format!("{:?}", Some(words_of_it)), "{expression}");
    }
}
