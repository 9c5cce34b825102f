//! `System.Linq.Enumerable`: the signatures, by theme in the files below; what runs lies beside, by theme as well.

mod conversions;
mod elements;
mod folds;
mod groups;
mod order;
mod parts;
mod projection;
mod sets;

use crate::library::{Member, TypeDef};

pub(super) const TYPE: TypeDef = TypeDef::static_class("System.Linq.Enumerable")
    .summary("Operators over sequences; those that give a sequence work when it is gone through.")
    .members(MEMBERS);

const THEMES: [&[Member]; 8] = [
    projection::MEMBERS,
    parts::MEMBERS,
    sets::MEMBERS,
    groups::MEMBERS,
    order::MEMBERS,
    elements::MEMBERS,
    folds::MEMBERS,
    conversions::MEMBERS,
];

const MEMBERS: &[Member] = &joined();

const fn count() -> usize {
    let (mut count, mut theme) = (0, 0);
    while theme < THEMES.len() {
        count += THEMES[theme].len();
        theme += 1;
    }
    count
}

/// The members of all themes, one after the other.
const fn joined() -> [Member; count()] {
    let mut all = [THEMES[0][0]; count()];
    let (mut at, mut theme) = (0, 0);
    while theme < THEMES.len() {
        let mut member = 0;
        while member < THEMES[theme].len() {
            all[at] = THEMES[theme][member];
            (at, member) = (at + 1, member + 1);
        }
        theme += 1;
    }
    all
}
