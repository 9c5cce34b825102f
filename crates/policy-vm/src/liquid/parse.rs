//! From tokens to blocks.

use super::condition::Condition;
use super::expression::{Expression, Filtered, Scanner};
use super::lexer::{Token, tokens};
use super::loops::For;

/// A parsed template. Immutable, shared by all runs.
#[derive(Debug)]
pub(crate) struct Template {
    pub(super) block: Block,
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// An offset of the template.
    pub(crate) at: usize,
    /// What.
    pub(crate) message: String,
}

/// Nodes one after the other.
pub(super) type Block = Vec<Node>;

/// A piece of a block.
#[derive(Debug)]
pub(super) enum Node {
    Text(Box<str>),
    Output(Filtered),
    Assign(Box<str>, Filtered),
    Capture(Box<str>, Block),
    /// The first block whose condition holds, or the last one.
    If(Vec<(Condition, Block)>, Block),
    Case(Expression, Vec<(Vec<Expression>, Block)>, Block),
    For(Box<For>),
    /// Its group, and what takes turns in it.
    Cycle(Option<Expression>, Box<str>, Vec<Expression>),
    IfChanged(Block),
    Increment(Box<str>),
    Decrement(Box<str>),
    Break,
    Continue,
}

impl Mistake {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

/// Blocks inside blocks.
const MAX_DEPTH: usize = 64;

impl Template {
    /// Parses a template; also tells what works, but probably not as meant.
    ///
    /// # Errors
    /// The first mistake.
    pub(crate) fn parse(text: &str) -> Result<(Self, Vec<Mistake>), Mistake> {
        let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0, doubts: Vec::new() };
        let (block, end) = parser.block(&[])?;
        match end {
            Some(end) => Err(Mistake::new(end.at, format!("the tag '{}' ends nothing", end.name))),
            None => Ok((Self { block }, parser.doubts)),
        }
    }
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    next: usize,
    depth: usize,
    doubts: Vec<Mistake>,
}

/// A tag that ends a block, or divides it.
#[derive(Debug, Clone, Copy)]
struct End<'t> {
    name: &'t str,
    arguments: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    /// Nodes up to one of the tags that end the block, or to the end.
    fn block(&mut self, ends: &[&str]) -> Result<(Block, Option<End<'t>>), Mistake> {
        let mut block = Block::new();
        while let Some(token) = self.tokens.get(self.next).copied() {
            self.next += 1;
            match token {
                Token::Text(text) => block.push(Node::Text(text.into())),
                Token::Output(text, at) if text.trim().is_empty() => {
                    return Err(Mistake::new(at, "nothing is put out"));
                }
                Token::Output(text, at) => block.push(Node::Output(self.filtered(Scanner::new(text, at))?)),
                Token::Tag(name, arguments, at) if ends.contains(&name) => {
                    return Ok((block, Some(End { name, arguments, at })));
                }
                Token::Tag(name, arguments, at) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(Mistake::new(at, format!("blocks are nested deeper than {MAX_DEPTH}")));
                    }
                    block.push(self.tag(name, arguments, at)?);
                    self.depth -= 1;
                }
            }
        }
        Ok((block, None))
    }

    fn filtered(&mut self, mut scanner: Scanner<'_>) -> Result<Filtered, Mistake> {
        let filtered = scanner.filtered()?;
        self.doubts.append(&mut scanner.doubts);
        Ok(filtered)
    }

    fn tag(&mut self, name: &'t str, arguments: &'t str, at: usize) -> Result<Node, Mistake> {
        let mut scanner = Scanner::new(arguments, at);
        match name {
            "assign" => {
                let target = variable(&mut scanner)?;
                if !scanner.eat("=") {
                    return Err(scanner.mistake("assign is written as {% assign name = value %}"));
                }
                Ok(Node::Assign(target, self.filtered(scanner)?))
            }
            "capture" => {
                let target = variable(&mut scanner)?;
                scanner.done()?;
                Ok(Node::Capture(target, self.body("capture", "endcapture", at)?))
            }
            "if" => self.if_tag(scanner, "endif", at, false),
            "unless" => self.if_tag(scanner, "endunless", at, true),
            "case" => self.case_tag(scanner, at),
            "for" | "tablerow" | "JSONArrayFor" => self.for_tag(name, scanner, at),
            "cycle" => cycle(scanner, arguments),
            "ifchanged" => Ok(Node::IfChanged(self.body("ifchanged", "endifchanged", at)?)),
            "increment" => Ok(Node::Increment(variable(&mut scanner)?)),
            "decrement" => Ok(Node::Decrement(variable(&mut scanner)?)),
            "break" => Ok(Node::Break),
            "continue" => Ok(Node::Continue),
            "include" | "extends" => {
                Err(Mistake::new(at, format!("the tag '{name}' needs other templates, and there are none")))
            }
            _ => Err(Mistake::new(at, format!("there is no tag '{name}'"))),
        }
    }

    /// The block up to one end tag.
    fn body(&mut self, name: &str, end: &str, at: usize) -> Result<Block, Mistake> {
        match self.block(&[end])? {
            (block, Some(_)) => Ok(block),
            (_, None) => Err(no_end(name, end, at)),
        }
    }

    fn if_tag(&mut self, mut scanner: Scanner<'_>, end: &str, at: usize, negated: bool) -> Result<Node, Mistake> {
        let name = if negated { "unless" } else { "if" };
        let condition = Condition::read(&mut scanner)?;
        let mut condition = Some(if negated { Condition::Not(Box::new(condition)) } else { condition });
        let mut branches = Vec::new();
        let mut otherwise = Block::new();
        loop {
            let (block, found) = self.block(&["elsif", "else", end])?;
            match condition.take() {
                Some(condition) => branches.push((condition, block)),
                None => otherwise = block,
            }
            match found {
                None => return Err(no_end(name, end, at)),
                Some(found) if found.name == "elsif" => {
                    condition = Some(Condition::read(&mut Scanner::new(found.arguments, found.at))?);
                }
                Some(found) if found.name == "else" => {}
                Some(_) => return Ok(Node::If(branches, otherwise)),
            }
        }
    }

    fn case_tag(&mut self, mut scanner: Scanner<'_>, at: usize) -> Result<Node, Mistake> {
        let subject = scanner.expression()?;
        scanner.done()?;
        let ends = ["when", "else", "endcase"];
        // What stands in front of the first `when` is nobody's.
        let (_, mut found) = self.block(&ends)?;
        let mut branches = Vec::new();
        let mut otherwise = Block::new();
        loop {
            let Some(end) = found else { return Err(no_end("case", "endcase", at)) };
            if end.name == "endcase" {
                return Ok(Node::Case(subject, branches, otherwise));
            }
            let mut values = Vec::new();
            if end.name == "when" {
                let mut scanner = Scanner::new(end.arguments, end.at);
                values.push(scanner.expression()?);
                while scanner.eat(",") || scanner.eat_word("or") {
                    values.push(scanner.expression()?);
                }
                scanner.done()?;
            }
            let (block, next) = self.block(&ends)?;
            if end.name == "when" {
                branches.push((values, block))
            } else {
                otherwise = block
            }
            found = next;
        }
    }

    fn for_tag(&mut self, name: &'t str, mut scanner: Scanner<'_>, at: usize) -> Result<Node, Mistake> {
        let mut parsed = For::read(name, &mut scanner)?;
        let end = match name {
            "for" => "endfor",
            "tablerow" => "endtablerow",
            _ => "endJSONArrayFor",
        };
        let (body, found) = self.block(&["else", end])?;
        parsed.body = body;
        match found {
            None => return Err(no_end(name, end, at)),
            Some(found) if found.name == "else" => parsed.otherwise = self.body(name, end, at)?,
            Some(_) => {}
        }
        Ok(Node::For(Box::new(parsed)))
    }
}

fn no_end(name: &str, end: &str, at: usize) -> Mistake {
    Mistake::new(at, format!("the tag '{name}' has no '{end}'"))
}

fn variable(scanner: &mut Scanner<'_>) -> Result<Box<str>, Mistake> {
    let name = scanner.word().ok_or_else(|| scanner.mistake("the name of a variable is missing"))?;
    Ok(name.into())
}

/// `cycle 'a', 'b'` or `cycle group: 'a', 'b'`.
fn cycle(mut scanner: Scanner<'_>, text: &str) -> Result<Node, Mistake> {
    let first = scanner.expression()?;
    let (group, mut values) =
        if scanner.eat(":") { (Some(first), vec![scanner.expression()?]) } else { (None, vec![first]) };
    while scanner.eat(",") {
        values.push(scanner.expression()?);
    }
    scanner.done()?;
    Ok(Node::Cycle(group, text.into(), values))
}
