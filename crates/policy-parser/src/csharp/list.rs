//! Lists with separators, and how reading goes on when something else stands in them.

use super::parser::Parser;
use super::progress::Progress;
use super::token::TokenKind;

/// What a list consists of.
pub(super) struct List<'a, 't, T> {
    /// The bracket that ends it.
    pub(super) close: TokenKind,
    /// True when an item may start with the token in front.
    pub(super) possible: fn(&Parser<'t>) -> bool,
    /// Reads an item.
    pub(super) item: &'a mut dyn FnMut(&mut Parser<'t>) -> T,
}

impl<'t> Parser<'t> {
    /// Reads `item, item …` up to the closing bracket, which stays. Two separators in a row are an empty item, which
    /// the item's reader complains about; so is one before the bracket.
    pub(super) fn list<T>(&mut self, list: List<'_, 't, T>) -> Vec<T> {
        let mut items = Vec::new();
        if self.at(list.close) || self.at(TokenKind::Semicolon) {
            return items;
        }
        while !(self.at(TokenKind::Comma) || (list.possible)(self)) {
            if !self.skip_in_list(TokenKind::Ident, list.possible) {
                return items;
            }
        }
        items.push((list.item)(self));
        let mut progress = Progress::new();
        while progress.made(self.mark()) && !self.ends_list() {
            if self.at(TokenKind::Comma) || (list.possible)(self) {
                self.expect(TokenKind::Comma);
                items.push((list.item)(self));
            } else if !self.skip_in_list(TokenKind::Comma, list.possible) {
                break;
            }
        }
        items
    }

    /// Reads `item, item …` in braces; a comma may stand before the closing one.
    pub(super) fn braced_list<T>(&mut self, list: List<'_, 't, T>) -> Vec<T> {
        let mut items = Vec::new();
        let mut progress = Progress::new();
        while progress.made(self.mark()) && !self.at(list.close) {
            if !items.is_empty() {
                if !(self.at(TokenKind::Comma) || (list.possible)(self)) {
                    if !self.skip_in_braces(TokenKind::Comma, list.possible) {
                        break;
                    }
                    continue;
                }
                self.expect(TokenKind::Comma);
                if self.at(list.close) {
                    break;
                }
            }
            let readable = self.at(TokenKind::Comma)
                || (list.possible)(self)
                || self.skip_in_braces(TokenKind::Ident, list.possible);
            if !readable {
                break;
            }
            items.push((list.item)(self));
        }
        items
    }

    /// True in front of what ends a list of any kind.
    pub(super) fn ends_list(&self) -> bool {
        use TokenKind as K;
        let kind = self.kind();
        kind.is_end()
            || matches!(kind, K::CloseParen | K::CloseBracket | K::CloseBrace | K::OpenBrace | K::Semicolon)
            || (kind.is_keyword() && self.starts_statement_keyword())
    }

    /// Skips what belongs to no list, complaining once; false when the list is over.
    pub(super) fn skip_in_list(&mut self, expected: TokenKind, possible: fn(&Self) -> bool) -> bool {
        let mut first = true;
        while !(self.at(TokenKind::Comma) || possible(self)) {
            if self.ends_list() {
                return false;
            }
            if std::mem::take(&mut first) {
                self.unexpected(expected);
            }
            self.skip();
        }
        true
    }

    /// The same inside braces, where a bracket of another kind is a mistake too.
    fn skip_in_braces(&mut self, expected: TokenKind, possible: fn(&Self) -> bool) -> bool {
        // A declaration's list of variables may be over here: `case` labels and `?:` go on with a colon.
        if self.in_declarator && self.at(TokenKind::Colon) {
            return false;
        }
        if matches!(self.kind(), TokenKind::CloseParen | TokenKind::CloseBracket) {
            let span = self.token().span();
            self.expected_at(expected, span);
        }
        self.skip_in_list(expected, possible)
    }
}
