//! `for`, `tablerow` and `JSONArrayFor`.

use std::rc::Rc;

use super::expression::{Expression, Scanner};
use super::parse::{Block, Mistake};
use super::render::{Ended, Rendering};
use super::value::{Map, Value};
use crate::exception::Throw;

/// A loop.
#[derive(Debug)]
pub(super) struct For {
    kind: Kind,
    variable: Box<str>,
    collection: Expression,
    /// What `forloop.name` is.
    name: Box<str>,
    reversed: bool,
    limit: Option<Expression>,
    offset: Option<Expression>,
    columns: Option<Expression>,
    pub(super) body: Block,
    /// When there is nothing to go through.
    pub(super) otherwise: Block,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    For,
    /// An HTML table.
    TableRow,
    /// Commas between the turns.
    JsonArray,
}

impl For {
    /// Reads `item in collection reversed limit:2 offset:1`.
    pub(super) fn read(tag: &str, scanner: &mut Scanner<'_>) -> Result<Self, Mistake> {
        let kind = match tag {
            "for" => Kind::For,
            "tablerow" => Kind::TableRow,
            _ => Kind::JsonArray,
        };
        let form = || format!("{tag} is written as {{% {tag} item in collection %}}");
        let variable = scanner.word().ok_or_else(|| scanner.mistake(form()))?;
        if !scanner.eat_word("in") {
            return Err(scanner.mistake(form()));
        }
        let mut read = Self {
            kind,
            variable: variable.into(),
            collection: scanner.expression()?,
            name: variable.into(),
            reversed: false,
            limit: None,
            offset: None,
            columns: None,
            body: Block::new(),
            otherwise: Block::new(),
        };
        while !scanner.is_done() {
            scanner.eat(",");
            match scanner.word() {
                Some("reversed") => read.reversed = true,
                Some("limit") if scanner.eat(":") => read.limit = Some(scanner.expression()?),
                Some("offset") if scanner.eat(":") => read.offset = Some(scanner.expression()?),
                Some("cols") if scanner.eat(":") => read.columns = Some(scanner.expression()?),
                _ => {
                    return Err(scanner.mistake("`reversed`, `limit:`, `offset:`, `cols:` or the end is expected here"));
                }
            }
        }
        Ok(read)
    }

    /// The items to go through.
    fn items(&self, r: &mut Rendering<'_, '_>) -> Result<Vec<Value>, Throw> {
        let collection = r.evaluate(&self.collection)?;
        let number = |expression: &Option<Expression>, r: &mut Rendering<'_, '_>| -> Result<Option<usize>, Throw> {
            let Some(expression) = expression else { return Ok(None) };
            Ok(r.evaluate(expression)?.int().map(|number| usize::try_from(number.max(0)).unwrap_or(usize::MAX)))
        };
        let (offset, limit) = (number(&self.offset, r)?, number(&self.limit, r)?);
        let items = match &collection {
            // A text is one item.
            Value::Text(text) if !text.is_empty() => Rc::from(vec![collection.clone()]),
            other => other.items().unwrap_or_default(),
        };
        r.charge(items.len())?;
        let items = items.iter().skip(offset.unwrap_or(0)).take(limit.unwrap_or(usize::MAX)).cloned();
        Ok(if self.reversed { items.rev_all() } else { items.collect() })
    }

    pub(super) fn render(&self, r: &mut Rendering<'_, '_>) -> Result<Ended, Throw> {
        let items = self.items(r)?;
        if items.is_empty() {
            return r.block(&self.otherwise);
        }
        let columns = match &self.columns {
            Some(columns) => r.evaluate(columns)?.int().map_or(items.len(), |n| usize::try_from(n.max(1)).unwrap_or(1)),
            None => items.len(),
        };
        let count = items.len();
        r.scopes.push(Vec::new());
        let mut done = Ok(());
        for (at, item) in items.into_iter().enumerate() {
            done = self.turn(r, item, at, count, columns);
            match done {
                Ok(()) if std::mem::take(&mut r.broken) => break,
                Ok(()) => {}
                Err(_) => break,
            }
        }
        r.scopes.pop();
        done.map(|()| Ended::Normally)
    }

    fn turn(
        &self,
        r: &mut Rendering<'_, '_>,
        item: Value,
        at: usize,
        count: usize,
        columns: usize,
    ) -> Result<(), Throw> {
        r.charge(1)?;
        let (column, row) = (at % columns + 1, at / columns + 1);
        let info = if self.kind == Kind::TableRow { "tablerowloop" } else { "forloop" };
        r.set_local(&self.variable, item);
        r.set_local(info, self.info(at, count, column, columns));
        match self.kind {
            Kind::For => {}
            Kind::JsonArray if at > 0 => r.write(",")?,
            Kind::JsonArray => {}
            Kind::TableRow => {
                if column == 1 {
                    r.write(&format!("<tr class=\"row{row}\">{}", if row == 1 { "\n" } else { "" }))?;
                }
                r.write(&format!("<td class=\"col{column}\">"))?;
            }
        }
        if r.block(&self.body)? == Ended::Break {
            r.broken = true;
        }
        if self.kind == Kind::TableRow {
            r.write("</td>")?;
            if column == columns || at + 1 == count {
                r.write("</tr>\n")?;
            }
        }
        Ok(())
    }

    fn info(&self, at: usize, count: usize, column: usize, columns: usize) -> Value {
        let number = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let mut entries = vec![
            ("name", Value::from(&*self.name)),
            ("length", number(count)),
            ("index", number(at + 1)),
            ("index0", number(at)),
            ("rindex", number(count - at)),
            ("rindex0", number(count - at - 1)),
            ("first", Value::Bool(at == 0)),
            ("last", Value::Bool(at + 1 == count)),
        ];
        if self.kind == Kind::TableRow {
            entries.extend([
                ("col", number(column)),
                ("col0", number(column - 1)),
                ("col_first", Value::Bool(column == 1)),
                ("col_last", Value::Bool(column == columns)),
            ]);
        }
        let entries = entries.into_iter().map(|(name, value)| (Rc::from(name), value)).collect();
        Value::Map(Rc::new(Map::new(entries, false)))
    }
}

/// Collects backwards.
trait RevAll: Iterator + Sized {
    fn rev_all(self) -> Vec<Self::Item> {
        let mut all: Vec<_> = self.collect();
        all.reverse();
        all
    }
}

impl<I: Iterator> RevAll for I {}
