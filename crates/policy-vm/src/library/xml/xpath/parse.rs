//! XPath 1.0 from its text, as the grammar of the recommendation has it.

use super::Bad;
use super::lexer::{Lexer, Token};
use super::syntax::{Axis, Expr, Function, Operator, Relation, Step, Test, Type};

pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    prefixes: Option<&'a [(String, String)]>,
    depth: u32,
    /// Something needs what a policy cannot give: a variable, a function that is none of XPath's, a prefix.
    needs: Option<Bad>,
}

/// Brackets of any kind within each other.
const DEEPEST: u32 = 64;

/// Reads an expression; without `prefixes` there is no manager that could know any.
pub(super) fn parse(text: &str, prefixes: Option<&[(String, String)]>) -> Result<Expr, Bad> {
    let mut parser = Parser { lexer: Lexer::new(text), token: Token::End, prefixes, depth: 0, needs: None };
    parser.advance()?;
    let expr = parser.expression()?;
    if parser.token != Token::End {
        return Err(Bad::Token);
    }
    match parser.needs {
        Some(bad) => Err(bad),
        None => Ok(expr),
    }
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<Token, Bad> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn is(&self, sign: &str) -> bool {
        matches!(&self.token, Token::Sign(found) if *found == sign)
    }

    fn take(&mut self, sign: &str) -> Result<bool, Bad> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, sign: &str) -> Result<(), Bad> {
        if self.take(sign)? { Ok(()) } else { Err(Bad::Token) }
    }

    /// A name where an operator may stand is one.
    fn take_word(&mut self, word: &str) -> Result<bool, Bad> {
        let found = matches!(&self.token, Token::Name { prefix: None, local, .. } if local == word);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn need(&mut self, what: Bad) {
        let what = if self.prefixes.is_none() { Bad::NoContext } else { what };
        self.needs.get_or_insert(what);
    }

    fn expression(&mut self) -> Result<Expr, Bad> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Bad::TooComplex);
        }
        let mut left = self.conjunction()?;
        while self.take_word("or")? {
            left = Expr::Or(Box::new(left), Box::new(self.conjunction()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Expr, Bad> {
        let mut left = self.equality()?;
        while self.take_word("and")? {
            left = Expr::And(Box::new(left), Box::new(self.equality()?));
        }
        Ok(left)
    }

    fn equality(&mut self) -> Result<Expr, Bad> {
        let mut left = self.relational()?;
        loop {
            let relation = match &self.token {
                Token::Sign("=") => Relation::Equal,
                Token::Sign("!=") => Relation::NotEqual,
                _ => return Ok(left),
            };
            self.advance()?;
            left = Expr::Compare(relation, Box::new(left), Box::new(self.relational()?));
        }
    }

    fn relational(&mut self) -> Result<Expr, Bad> {
        let mut left = self.sum()?;
        loop {
            let relation = match &self.token {
                Token::Sign("<") => Relation::Less,
                Token::Sign("<=") => Relation::LessOrEqual,
                Token::Sign(">") => Relation::Greater,
                Token::Sign(">=") => Relation::GreaterOrEqual,
                _ => return Ok(left),
            };
            self.advance()?;
            left = Expr::Compare(relation, Box::new(left), Box::new(self.sum()?));
        }
    }

    fn sum(&mut self) -> Result<Expr, Bad> {
        let mut left = self.product()?;
        loop {
            let operator = match &self.token {
                Token::Sign("+") => Operator::Add,
                Token::Sign("-") => Operator::Subtract,
                _ => return Ok(left),
            };
            self.advance()?;
            left = Expr::Arithmetic(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expr, Bad> {
        let mut left = self.negative()?;
        loop {
            let operator = if self.token == Token::Star(None) {
                self.advance()?;
                Operator::Multiply
            } else if self.take_word("div")? {
                Operator::Divide
            } else if self.take_word("mod")? {
                Operator::Remainder
            } else {
                return Ok(left);
            };
            left = Expr::Arithmetic(operator, Box::new(left), Box::new(self.negative()?));
        }
    }

    fn negative(&mut self) -> Result<Expr, Bad> {
        let mut minus = false;
        let mut any = false;
        while self.take("-")? {
            (minus, any) = (!minus, true);
        }
        let of = self.union()?;
        Ok(match (any, minus) {
            (false, _) => of,
            (true, true) => Expr::Negative(Box::new(of)),
            // Two of them still make a number of it.
            (true, false) => Expr::Negative(Box::new(Expr::Negative(Box::new(of)))),
        })
    }

    fn union(&mut self) -> Result<Expr, Bad> {
        let mut left = self.path()?;
        while self.take("|")? {
            let right = self.path()?;
            if left.gives() != Type::Nodes || right.gives() != Type::Nodes {
                return Err(Bad::NodeSet);
            }
            left = Expr::Union(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn is_node_type(local: &str) -> bool {
        matches!(local, "comment" | "text" | "node" | "processing-instruction")
    }

    /// A primary expression with what follows it, or a location path.
    fn path(&mut self) -> Result<Expr, Bad> {
        let is_primary = match &self.token {
            Token::Number(_) | Token::Literal(_) | Token::Variable | Token::Sign("(") => true,
            Token::Name { prefix, local, calls: true, .. } => prefix.is_some() || !Self::is_node_type(local),
            _ => false,
        };
        if !is_primary {
            return self.location();
        }
        let of = self.primary()?;
        let mut predicates = Vec::new();
        while self.is("[") {
            if of.gives() != Type::Nodes {
                return Err(Bad::NodeSet);
            }
            predicates.push(self.predicate()?);
        }
        let mut steps = Vec::new();
        if self.is("/") || self.is("//") {
            if of.gives() != Type::Nodes {
                return Err(Bad::NodeSet);
            }
            self.steps(&mut steps)?;
        }
        if predicates.is_empty() && steps.is_empty() {
            return Ok(of);
        }
        Ok(Expr::Filter { of: Box::new(of), predicates, steps })
    }

    fn primary(&mut self) -> Result<Expr, Bad> {
        match self.advance()? {
            Token::Number(number) => Ok(Expr::Number(number)),
            Token::Literal(text) => Ok(Expr::Literal(text)),
            Token::Variable => {
                self.need(Bad::Unknown);
                Ok(Expr::Path { absolute: false, steps: Vec::new() })
            }
            Token::Name { prefix, local, .. } => self.call(prefix.is_some(), &local),
            _ => {
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
        }
    }

    fn call(&mut self, prefixed: bool, name: &str) -> Result<Expr, Bad> {
        self.expect("(")?;
        let mut args = Vec::new();
        while !self.is(")") {
            args.push(self.expression()?);
            if !self.is(")") {
                self.expect(",")?;
            }
        }
        self.expect(")")?;
        let Some((function, least, most)) = Function::named(name).filter(|_| !prefixed) else {
            self.need(Bad::Unknown);
            return Ok(Expr::Path { absolute: false, steps: Vec::new() });
        };
        if !(least..=most).contains(&args.len()) {
            return Err(Bad::Arguments(name.to_owned()));
        }
        if function.wants_nodes() && args.iter().any(|arg| arg.gives() != Type::Nodes) {
            return Err(Bad::Argument(name.to_owned()));
        }
        Ok(Expr::Call(function, args))
    }

    fn location(&mut self) -> Result<Expr, Bad> {
        let mut steps = Vec::new();
        let absolute = self.is("/") || self.is("//");
        if self.is("//") {
            self.steps(&mut steps)?;
        } else if self.take("/")? {
            let begins = matches!(self.token, Token::Name { .. } | Token::Star(_) | Token::Sign("." | ".." | "@"));
            if begins {
                self.relative(&mut steps)?;
            }
        } else {
            self.relative(&mut steps)?;
        }
        Ok(Expr::Path { absolute, steps })
    }

    fn relative(&mut self, steps: &mut Vec<Step>) -> Result<(), Bad> {
        steps.push(self.step()?);
        self.steps(steps)
    }

    /// `/step`, `//step` …
    fn steps(&mut self, steps: &mut Vec<Step>) -> Result<(), Bad> {
        loop {
            if self.take("//")? {
                let mut step = self.step()?;
                if step.axis == Axis::Child && !step.predicates.iter().any(Expr::minds_position) {
                    // The children of all descendants are the descendants.
                    step.axis = Axis::Descendant;
                } else {
                    steps.push(Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() });
                }
                steps.push(step);
            } else if self.take("/")? {
                steps.push(self.step()?);
            } else {
                return Ok(());
            }
        }
    }

    fn step(&mut self) -> Result<Step, Bad> {
        for (sign, axis) in [("..", Axis::Parent), (".", Axis::This)] {
            if self.take(sign)? {
                return Ok(Step { axis, test: Test::Node, predicates: Vec::new() });
            }
        }
        let mut axis = Axis::Child;
        if self.take("@")? {
            axis = Axis::Attribute;
        } else if let Token::Name { prefix: None, local, is_axis: true, .. } = &self.token {
            axis = Axis::named(local).ok_or(Bad::Token)?;
            self.advance()?;
            self.expect("::")?;
        }
        let test = self.test()?;
        let mut predicates = Vec::new();
        while self.is("[") {
            predicates.push(self.predicate()?);
        }
        Ok(Step { axis, test, predicates })
    }

    fn test(&mut self) -> Result<Test, Bad> {
        match self.token.clone() {
            Token::Name { prefix: None, local, calls: true, .. } if Self::is_node_type(&local) => {
                self.advance()?;
                self.expect("(")?;
                let mut name = None;
                if let (Token::Literal(text), "processing-instruction") = (&self.token, local.as_str()) {
                    name = Some(text.clone());
                    self.advance()?;
                }
                self.expect(")")?;
                Ok(match local.as_str() {
                    "comment" => Test::Comment,
                    "text" => Test::Text,
                    "node" => Test::Node,
                    _ => Test::Instruction(name),
                })
            }
            Token::Name { calls: true, .. } => Err(Bad::Token),
            Token::Name { prefix, local, .. } => {
                self.advance()?;
                let namespace = self.namespace(prefix)?;
                Ok(Test::Name { namespace: Some(namespace), local: Some(local) })
            }
            Token::Star(prefix) => {
                self.advance()?;
                let namespace = match prefix {
                    Some(prefix) => Some(self.namespace(Some(prefix))?),
                    None => None,
                };
                Ok(Test::Name { namespace, local: None })
            }
            _ => Err(Bad::NodeSet),
        }
    }

    fn namespace(&mut self, prefix: Option<String>) -> Result<String, Bad> {
        let Some(prefix) = prefix else { return Ok(String::new()) };
        let Some(prefixes) = self.prefixes else {
            self.need(Bad::NoContext);
            return Ok(String::new());
        };
        match prefixes.iter().find(|(known, _)| *known == prefix) {
            Some((_, uri)) => Ok(uri.clone()),
            None if prefix == "xml" => Ok(crate::library::xml::names::XML.to_owned()),
            None => {
                self.need(Bad::Prefix(prefix));
                Ok(String::new())
            }
        }
    }

    fn predicate(&mut self) -> Result<Expr, Bad> {
        self.expect("[")?;
        let predicate = self.expression()?;
        self.expect("]")?;
        Ok(predicate)
    }
}
