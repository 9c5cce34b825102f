//! A pool of backends: which member the next call goes to.
//!
//! The best group that has a member that takes calls is used; within it members take turns by weight.

use std::cell::Cell;
use std::time::Duration;

/// A pool as it is configured.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) members: Vec<Member>,
    /// Groups of members of the same priority, the best first.
    groups: Vec<Group>,
    pub(crate) affinity: Option<Affinity>,
    /// Status of the answer when no member takes calls.
    pub(crate) failure_status: u16,
}

/// A member.
#[derive(Debug)]
pub(crate) struct Member {
    /// The number of the backend.
    pub(crate) backend: usize,
    pub(crate) priority: u32,
    pub(crate) weight: u32,
    /// What a client's cookie says to come back here. It does not tell the backend's name.
    pub(crate) token: String,
}

#[derive(Debug)]
struct Group {
    /// Members by number in the order of their turns.
    turns: Vec<u16>,
}

/// Clients stay with the member that they had first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Affinity {
    /// Name of the cookie.
    pub(crate) cookie: String,
}

/// Where one thread is in the turns of a pool.
#[derive(Debug, Default)]
pub(crate) struct Turn(Cell<usize>);

/// A member that was chosen, or when one can be.
pub(crate) type Chosen<'p> = Result<&'p Member, Option<Duration>>;

impl Pool {
    /// A pool of members: number of the backend, name, priority, weight.
    pub(crate) fn new(
        members: impl IntoIterator<Item = (usize, String, u32, u32)>,
        affinity: Option<Affinity>,
        failure_status: u16,
    ) -> Self {
        let members: Vec<Member> = members
            .into_iter()
            .map(|(backend, name, priority, weight)| Member { backend, priority, weight, token: token(&name) })
            .collect();
        let mut priorities: Vec<u32> = members.iter().map(|member| member.priority).collect();
        priorities.sort_unstable();
        priorities.dedup();
        let groups = priorities.into_iter().map(|priority| Group { turns: turns(&members, priority) }).collect();
        Self { members, groups, affinity, failure_status }
    }

    /// The member for the next call; `open_for` says how long a backend takes no calls. A client that names a member with
    /// its cookie gets it.
    pub(crate) fn choose(
        &self,
        turn: &Turn,
        cookie: Option<&str>,
        open_for: impl Fn(usize) -> Option<Duration>,
    ) -> Chosen<'_> {
        let takes_calls = |member: &&Member| member.weight > 0 && open_for(member.backend).is_none();
        if let Some(cookie) = cookie
            && let Some(member) = self.members.iter().find(|member| member.token == cookie).filter(takes_calls)
        {
            return Ok(member);
        }
        let at = turn.0.get();
        turn.0.set(at.wrapping_add(1));
        for group in &self.groups {
            let count = group.turns.len();
            let in_turn = (0..count).filter_map(|step| group.turns.get(at.wrapping_add(step) % count.max(1)));
            let member = in_turn.filter_map(|number| self.members.get(usize::from(*number))).find(takes_calls);
            if let Some(member) = member {
                return Ok(member);
            }
        }
        Err(self.members.iter().filter(|member| member.weight > 0).filter_map(|member| open_for(member.backend)).min())
    }
}

/// Turns of the members of a group so that a heavy one's are spread: each gets its weight, and whoever has waited for the
/// greatest share of it is next.
fn turns(members: &[Member], priority: u32) -> Vec<u16> {
    let mut group: Vec<(u16, i64, i64)> = (0_u16..)
        .zip(members)
        .filter(|(_, member)| member.priority == priority && member.weight > 0)
        .map(|(number, member)| (number, i64::from(member.weight), 0))
        .collect();
    let total: i64 = group.iter().map(|(_, weight, _)| weight).sum();
    let common = group.iter().fold(0, |common, (_, weight, _)| greatest_common(*weight, common)).max(1);
    let mut turns = Vec::new();
    for _ in 0..total / common {
        for (_, weight, waited) in &mut group {
            *waited += *weight;
        }
        // Of those that waited alike the first.
        let next = group.iter_mut().rev().max_by_key(|(_, _, waited)| *waited);
        if let Some((number, _, waited)) = next {
            *waited -= total;
            turns.push(*number);
        }
    }
    turns
}

const fn greatest_common(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The same in every instance, so that a client keeps its member when it comes to another one: the FNV-1a of the name.
fn token(name: &str) -> String {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    format!("{:016x}", name.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(members: &[(u32, u32)]) -> Pool {
        let members = members.iter().enumerate();
        Pool::new(
            members.map(|(number, (priority, weight))| (number, format!("b{number}"), *priority, *weight)),
            Some(Affinity { cookie: "Session".to_owned() }),
            503,
        )
    }

    fn chosen(pool: &Pool, count: usize, open: &[usize]) -> String {
        let turn = Turn::default();
        let open_for = |backend| open.contains(&backend).then_some(Duration::from_secs(backend as u64 + 1));
        let names = (0..count).map(|_| match pool.choose(&turn, None, open_for) {
            Ok(member) => member.backend.to_string(),
            Err(again) => format!("{again:?}"),
        });
        names.collect()
    }

    #[test]
    fn members_take_turns_by_weight() {
        assert_eq!(chosen(&pool(&[(1, 1), (1, 1), (1, 1)]), 6, &[]), "012012");
        assert_eq!(chosen(&pool(&[(1, 3), (1, 1)]), 8, &[]), "00100010");
        assert_eq!(chosen(&pool(&[(1, 50), (1, 0), (1, 50)]), 4, &[]), "0202");
        assert_eq!(chosen(&pool(&[(1, 100), (1, 1)]), 101, &[]).matches('1').count(), 1);
    }

    #[test]
    fn a_worse_group_is_used_when_every_better_member_takes_no_calls() {
        let pool = pool(&[(1, 1), (1, 1), (2, 1)]);
        assert_eq!(chosen(&pool, 4, &[]), "0101");
        assert_eq!(chosen(&pool, 4, &[0]), "1111");
        assert_eq!(chosen(&pool, 3, &[0, 1]), "222");
        assert_eq!(chosen(&pool, 1, &[0, 1, 2]), "Some(1s)");
    }

    #[test]
    fn weights_of_zero_get_nothing() {
        assert_eq!(chosen(&pool(&[(1, 0), (1, 0)]), 1, &[]), "None");
        assert_eq!(chosen(&pool(&[]), 1, &[]), "None");
    }

    #[test]
    fn a_cookie_names_a_member_that_takes_calls() {
        let pool = pool(&[(1, 1), (1, 1), (2, 1)]);
        let turn = Turn::default();
        let token = pool.members[2].token.clone();
        let all = |_| None;
        let of = |cookie: &str| pool.choose(&turn, Some(cookie), all).map(|member| member.backend);
        assert_eq!((of(&token), of(&token), of("unknown"), of("b2")), (Ok(2), Ok(2), Ok(0), Ok(1)));
        let without = |backend| (backend == 2).then_some(Duration::from_secs(1));
        assert_eq!(pool.choose(&turn, Some(&token), without).map(|member| member.backend), Ok(0));
        assert_eq!(token.len(), 16);
    }
}
