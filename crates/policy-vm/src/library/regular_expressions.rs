//! `System.Text.RegularExpressions`, over a backtracking engine of its own: .NET's syntax and semantics over UTF-16
//! units, with a count of steps in place of trust.

mod blocks;
mod capture;
mod capture_collection;
mod class;
mod group;
mod group_collection;
mod match_collection;
mod match_evaluator;
mod match_type;
mod matcher;
mod parser;
pub mod pattern;
mod possessive;
mod program;
mod regex;
mod regex_options;
mod replacement;
mod run;
mod syntax;

use crate::library::TypeDef;
pub(super) use regex::pattern_of;

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[
    &capture::TYPE,
    &capture_collection::TYPE,
    &group::TYPE,
    &group_collection::TYPE,
    &match_type::TYPE,
    &match_collection::TYPE,
    &match_evaluator::TYPE,
    &regex::TYPE,
    &regex_options::TYPE,
];
