//! Trees as s-expressions: `(+ a (call (. b c) 1))`.

use policy_parser::Span;
use policy_parser::csharp::ast::*;

pub(crate) fn root(root: &Root) -> String {
    match root {
        Root::Expression(e) => expr(e),
        Root::Block(b) => block(b),
    }
}

fn all<T>(items: &[T], print: impl Fn(&T) -> String) -> String {
    items.iter().map(|item| format!(" {}", print(item))).collect()
}

fn opt<T>(item: &Option<T>, print: impl Fn(&T) -> String) -> String {
    item.as_ref().map_or(String::new(), |item| format!(" {}", print(item)))
}

fn name(n: &SimpleName) -> String {
    let args = n
        .type_args
        .as_ref()
        .map_or(String::new(), |args| format!("<{}>", args.iter().map(ty).collect::<Vec<_>>().join(",")));
    format!("{}{args}", n.ident.text)
}

fn ty(t: &TypeSyntax) -> String {
    match &t.kind {
        TypeKind::Predefined(p) => format!("{p:?}").to_lowercase(),
        TypeKind::Named(parts) => parts.iter().map(name).collect::<Vec<_>>().join("."),
        TypeKind::Nullable(t) => format!("{}?", ty(t)),
        TypeKind::Array { element, rank } => format!("{{{}}}[{rank}]", ty(element)),
        TypeKind::Pointer(t) => format!("{}*", ty(t)),
        TypeKind::Tuple(parts) => {
            format!("(tuple{})", all(parts, |(t, n)| format!("{}{}", ty(t), opt(n, |n| n.text.to_string()))))
        }
        TypeKind::Omitted => "_".into(),
        TypeKind::Error => "?type".into(),
    }
}

fn literal(l: &Literal) -> String {
    match l {
        Literal::Null => "null".into(),
        Literal::Bool(b) => b.to_string(),
        Literal::Char(c) => format!("'{c:x}'"),
        Literal::String(s) => string(s),
        Literal::Integer { value, ty } => format!("{value}:{ty:?}"),
        Literal::Double(v) => format!("{v:?}:Double"),
        Literal::Single(v) => format!("{v:?}:Single"),
        Literal::Decimal { mantissa, scale } => format!("{mantissa}e-{scale}:Decimal"),
    }
}

fn string(s: &StringLiteral) -> String {
    match s {
        StringLiteral::Text(text) => format!("{text:?}"),
        StringLiteral::Units(units) => format!("units{units:x?}"),
    }
}

fn arg(a: &Argument) -> String {
    let name = a.name.as_ref().map_or(String::new(), |n| format!("{}:", n.text));
    let mode = if a.mode == ArgumentMode::Value { String::new() } else { format!("{:?} ", a.mode).to_lowercase() };
    format!("{name}{mode}{}", expr(&a.value))
}

fn designation(d: &Designation) -> String {
    match d {
        Designation::Variable(n) => n.text.to_string(),
        Designation::Discard(_) => "_".into(),
        Designation::Tuple(parts) => format!("({})", all(parts, designation).trim_start()),
    }
}

fn pattern(p: &Pattern) -> String {
    match p {
        Pattern::Type(t) => format!("type:{}", ty(t)),
        Pattern::Declaration { ty: t, designation: d } => format!("(decl {} {})", ty(t), designation(d)),
        Pattern::Constant(e) => format!("const:{}", expr(e)),
    }
}

fn array(a: &ArrayInitializer) -> String {
    format!("{{{}}}", all(&a.elements, expr).trim_start())
}

fn initializer(i: &Initializer) -> String {
    match &i.kind {
        InitializerKind::Object(members) => format!("(object{})", all(members, member)),
        InitializerKind::Collection(adds) => {
            format!("(collection{})", all(adds, |(add, _)| format!("[{}]", all(add, expr).trim_start())))
        }
    }
}

fn member(m: &MemberInitializer) -> String {
    let target = match &m.target {
        MemberInitializerTarget::Member(n) => n.text.to_string(),
        MemberInitializerTarget::Index(args) => format!("[{}]", all(args, arg).trim_start()),
    };
    match &m.value {
        InitializerValue::Value(e) => format!("{target}={}", expr(e)),
        InitializerValue::Nested(i) => format!("{target}={}", initializer(i)),
    }
}

fn lambda_body(b: &LambdaBody) -> String {
    match b {
        LambdaBody::Expression(e) => expr(e),
        LambdaBody::Block(b) => block(b),
    }
}

fn lambda(l: &Lambda) -> String {
    let params = l.params.as_ref().map_or("none".into(), |params| {
        let param =
            |p: &LambdaParam| format!("{}{}", p.ty.as_ref().map_or(String::new(), |t| ty(t) + ":"), p.name.text);
        format!("({})", all(params, param).trim_start())
    });
    format!("({} {params} {})", if l.is_async { "async-lambda" } else { "lambda" }, lambda_body(&l.body))
}

fn from(f: &FromClause) -> String {
    format!("(from{} {} {})", opt(&f.ty, ty), f.name.text, expr(&f.source))
}

fn query_body(b: &QueryBody) -> String {
    let clause = |(c, _): &(QueryClause, Span)| match c {
        QueryClause::From(f) => from(f),
        QueryClause::Let(n, e) => format!("(let {} {})", n.text, expr(e)),
        QueryClause::Where(e) => format!("(where {})", expr(e)),
        QueryClause::Join { from: f, left, right, into } => {
            let into = opt(into, |n| n.text.to_string());
            format!("(join {} {} {}{into})", from(f), expr(left), expr(right))
        }
        QueryClause::OrderBy(keys) => {
            format!("(orderby{})", all(keys, |(e, down)| format!("{}{}", expr(e), if *down { " down" } else { "" })))
        }
    };
    let end = match &b.end {
        QueryEnd::Select(e) => format!("(select {})", expr(e)),
        QueryEnd::Group { element, key } => format!("(group {} {})", expr(element), expr(key)),
    };
    let more = b.continuation.as_ref().map_or(String::new(), |(n, b)| format!(" (into {}{})", n.text, query_body(b)));
    format!("{} {end}{more}", all(&b.clauses, clause))
}

pub(crate) fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Literal(l) => literal(l),
        ExprKind::Interpolated(parts) => format!("(interpolated{})", all(parts, part)),
        ExprKind::Name(n) => name(n),
        ExprKind::Predefined(p) => format!("{p:?}").to_lowercase(),
        ExprKind::GlobalName(n) => format!("global::{}", name(n)),
        ExprKind::Member { target, name: n } => format!("(. {} {})", expr(target), name(n)),
        ExprKind::Invoke { target, args } => format!("(call {}{})", expr(target), all(args, arg)),
        ExprKind::Index { target, args } => format!("(index {}{})", expr(target), all(args, arg)),
        ExprKind::ConditionalAccess { target, rest } => format!("(?. {} {})", expr(target), expr(rest)),
        ExprKind::MemberBinding(n) => format!(".{}", name(n)),
        ExprKind::ElementBinding(args) => format!("[{}]", all(args, arg).trim_start()),
        ExprKind::New { ty: t, args, initializer: i } => {
            let args = args.as_ref().map_or(String::new(), |args| format!(" ({})", all(args, arg).trim_start()));
            format!("(new {}{args}{})", ty(t), opt(i, initializer))
        }
        ExprKind::NewAnonymous(members) => {
            let member = |m: &AnonymousMember| match &m.name {
                Some(n) => format!("{}={}", n.text, expr(&m.value)),
                None => expr(&m.value),
            };
            format!("(anonymous{})", all(members, member))
        }
        ExprKind::NewArray { element, sizes, rank, further_ranks, initializer: i } => {
            let sizes = all(sizes, expr);
            format!("(array {} {rank} {further_ranks:?}{sizes}{})", ty(element), opt(i, array))
        }
        ExprKind::NewImplicitArray { rank, initializer: i } => format!("(array {rank} {})", array(i)),
        ExprKind::ArrayInitializer(i) => array(i),
        ExprKind::Cast { ty: t, operand } => format!("(cast {} {})", ty(t), expr(operand)),
        ExprKind::As { operand, ty: t } => format!("(as {} {})", expr(operand), ty(t)),
        ExprKind::Is { operand, pattern: p } => format!("(is {} {})", expr(operand), pattern(p)),
        ExprKind::Parenthesized(e) => format!("[{}]", expr(e)),
        ExprKind::Unary { op, operand } => format!("({op:?} {})", expr(operand)),
        ExprKind::Postfix { increment, operand } => {
            format!("({} {})", if *increment { "x++" } else { "x--" }, expr(operand))
        }
        ExprKind::Binary { first, rest } => {
            rest.iter().fold(expr(first), |left, next| format!("({:?} {left} {})", next.op, expr(&next.right)))
        }
        ExprKind::Conditional { condition, when_true, when_false } => {
            format!("(? {} {} {})", expr(condition), expr(when_true), expr(when_false))
        }
        ExprKind::Assign { op, target, value } => {
            format!("({}= {} {})", op.map_or(String::new(), |op| format!("{op:?}")), expr(target), expr(value))
        }
        ExprKind::Lambda(l) => lambda(l),
        ExprKind::Query(q) => format!("(query {}{})", from(&q.from), query_body(&q.body)),
        ExprKind::Typeof(t) => format!("(typeof {})", ty(t)),
        ExprKind::Default(t) => format!("(default {})", ty(t)),
        ExprKind::Sizeof(t) => format!("(sizeof {})", ty(t)),
        ExprKind::Checked { checked, operand } => {
            format!("({} {})", if *checked { "checked" } else { "unchecked" }, expr(operand))
        }
        ExprKind::Throw(e) => format!("(throw {})", expr(e)),
        ExprKind::Tuple(parts) => format!("(tuple{})", all(parts, arg)),
        ExprKind::Declaration { ty: t, designation: d } => format!("(decl {} {})", ty(t), designation(d)),
        ExprKind::Type(t) => format!("(type {})", ty(t)),
        ExprKind::This => "this".into(),
        ExprKind::Error => "?".into(),
    }
}

fn part(p: &InterpolationPart) -> String {
    match p {
        InterpolationPart::Text(text) => string(text),
        InterpolationPart::Hole { value, alignment, format } => {
            format!(
                "{{{}{}{}}}",
                expr(value),
                opt(alignment, |a| format!(", {}", expr(a))),
                opt(format, |f| format!(": {f:?}"))
            )
        }
    }
}

fn block(b: &Block) -> String {
    format!("(block{})", all(&b.statements, stmt))
}

fn local(d: &LocalDeclaration) -> String {
    let declarator = |d: &Declarator| format!("{}{}", d.name.text, opt(&d.value, |v| format!("= {}", expr(v))));
    format!("({} {}{})", if d.is_const { "const" } else { "local" }, ty(&d.ty), all(&d.declarators, declarator))
}

fn label(l: &SwitchLabel) -> String {
    match l {
        SwitchLabel::Case { pattern: p, guard, .. } => {
            format!("case:{}{}", pattern(p), opt(guard, |g| format!("when {}", expr(g))))
        }
        SwitchLabel::Default(_) => "default".into(),
    }
}

fn stmt(s: &Stmt) -> String {
    match &s.kind {
        StmtKind::Empty => ";".into(),
        StmtKind::Block(b) => block(b),
        StmtKind::Local(d) => local(d),
        StmtKind::Expression(e) => expr(e),
        StmtKind::If { condition, then, otherwise } => {
            format!("(if {} {}{})", expr(condition), stmt(then), opt(otherwise, |s| stmt(s)))
        }
        StmtKind::While { condition, body } => format!("(while {} {})", expr(condition), stmt(body)),
        StmtKind::DoWhile { body, condition } => format!("(do {} {})", stmt(body), expr(condition)),
        StmtKind::For { init, condition, step, body } => {
            format!("(for (init{}){} (step{}) {})", all(init, stmt), opt(condition, expr), all(step, expr), stmt(body))
        }
        StmtKind::Foreach { ty: t, designation: d, source, body } => {
            format!("(foreach {} {} {} {})", ty(t), designation(d), expr(source), stmt(body))
        }
        StmtKind::Switch { value, sections } => {
            let section =
                |s: &SwitchSection| format!("({}{})", all(&s.labels, label).trim_start(), all(&s.statements, stmt));
            format!("(switch {}{})", expr(value), all(sections, section))
        }
        StmtKind::Break => "break".into(),
        StmtKind::Continue => "continue".into(),
        StmtKind::Return(e) => format!("(return{})", opt(e, expr)),
        StmtKind::Throw(e) => format!("(throw{})", opt(e, expr)),
        StmtKind::Try { body, catches, finally } => {
            let catch = |c: &CatchClause| {
                let name = opt(&c.name, |n| n.text.to_string());
                format!(
                    "(catch{}{name}{} {})",
                    opt(&c.ty, ty),
                    opt(&c.filter, |f| format!("when {}", expr(f))),
                    block(&c.body)
                )
            };
            format!(
                "(try {}{}{})",
                block(body),
                all(catches, catch),
                opt(finally, |b| format!("(finally {})", block(b)))
            )
        }
        StmtKind::Using { resource, body } => {
            let resource = match resource {
                UsingResource::Declaration(d) => local(d),
                UsingResource::Expression(e) => expr(e),
            };
            format!("(using {resource} {})", stmt(body))
        }
        StmtKind::Lock { value, body } => format!("(lock {} {})", expr(value), stmt(body)),
        StmtKind::Checked { checked, body } => {
            format!("({} {})", if *checked { "checked" } else { "unchecked" }, block(body))
        }
        StmtKind::LocalFunction(f) => {
            let param = |p: &FunctionParam| {
                format!("{}:{}{}", ty(&p.ty), p.name.text, opt(&p.default, |d| format!("= {}", expr(d))))
            };
            let types = f.type_params.iter().map(|t| format!("<{}>", t.text)).collect::<String>();
            format!(
                "(function {} {}{types} ({}) {})",
                ty(&f.return_type),
                f.name.text,
                all(&f.params, param).trim_start(),
                lambda_body(&f.body)
            )
        }
        StmtKind::Labeled { label, body } => format!("({}: {})", label.text, stmt(body)),
        StmtKind::Goto(n) => format!("(goto {})", n.text),
        StmtKind::GotoCase(e) => format!("(goto-case{})", opt(e, expr)),
        StmtKind::Unsupported(word) => format!("(unsupported {word})"),
        StmtKind::Error => "?stmt".into(),
    }
}

/// The spans of an expression and of those inside it, from the outside in and from left to right.
pub(crate) fn spans(root: &Root) -> Vec<Span> {
    let mut found = Vec::new();
    if let Root::Expression(e) = root {
        collect(e, &mut found);
    }
    found
}

fn collect(e: &Expr, found: &mut Vec<Span>) {
    found.push(e.span);
    let mut each = |parts: &[&Expr]| parts.iter().for_each(|part| collect(part, found));
    match &e.kind {
        ExprKind::Binary { first, rest } => {
            each(&[first]);
            rest.iter().for_each(|next| collect(&next.right, found));
        }
        ExprKind::Member { target, .. } => each(&[target]),
        ExprKind::Invoke { target, args } | ExprKind::Index { target, args } => {
            each(&[target]);
            args.iter().for_each(|arg| collect(&arg.value, found));
        }
        ExprKind::Cast { operand, .. } | ExprKind::Unary { operand, .. } => each(&[operand]),
        ExprKind::Conditional { condition, when_true, when_false } => each(&[condition, when_true, when_false]),
        ExprKind::Lambda(Lambda { body: LambdaBody::Expression(body), .. }) => each(&[body]),
        ExprKind::Interpolated(parts) => {
            for part in parts {
                if let InterpolationPart::Hole { value, .. } = part {
                    collect(value, found);
                }
            }
        }
        _ => {}
    }
}
