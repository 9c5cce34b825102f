//! Sorting by comparisons that may throw and need not be consistent.
//!
//! [`unstable`] takes the very steps of .NET's `Array.Sort` and `List<T>.Sort`, so that equal elements end up where .NET
//! puts them; [`stable`] is what `OrderBy` needs.

use std::cmp::Ordering;

use crate::cx::Cx;
use crate::exception::Throw;

/// A comparison.
pub type Compare<'f, T> = &'f mut dyn FnMut(&mut Cx<'_>, &T, &T) -> Result<Ordering, Throw>;

/// Sorts, keeping the order of equal elements.
///
/// # Errors
/// What the comparison throws; the elements are then in some order.
pub fn stable<T: Copy>(cx: &mut Cx<'_>, items: &mut Vec<T>, compare: Compare<'_, T>) -> Result<(), Throw> {
    let mut from = items.clone();
    let mut to = Vec::with_capacity(from.len());
    let mut width = 1;
    while width < from.len() {
        to.clear();
        for run in from.chunks(width * 2) {
            let (left, right) = run.split_at(width.min(run.len()));
            merge(cx, left, right, &mut to, compare)?;
        }
        std::mem::swap(&mut from, &mut to);
        width *= 2;
    }
    *items = from;
    Ok(())
}

fn merge<T: Copy>(
    cx: &mut Cx<'_>,
    mut left: &[T],
    mut right: &[T],
    to: &mut Vec<T>,
    compare: Compare<'_, T>,
) -> Result<(), Throw> {
    cx.charge(left.len() + right.len())?;
    while let (Some((a, rest_a)), Some((b, rest_b))) = (left.split_first(), right.split_first()) {
        if compare(cx, a, b)? == Ordering::Greater {
            to.push(*b);
            right = rest_b;
        } else {
            to.push(*a);
            left = rest_a;
        }
    }
    to.extend_from_slice(left);
    to.extend_from_slice(right);
    Ok(())
}

/// Sorts as .NET does: introspective sort with insertion sort for 16 elements and fewer.
///
/// # Errors
/// What the comparison throws; the elements are then in some order.
pub fn unstable<T: Copy>(cx: &mut Cx<'_>, items: &mut [T], compare: Compare<'_, T>) -> Result<(), Throw> {
    if items.len() < 2 {
        return Ok(());
    }
    let depth = 2 * (items.len().ilog2() + 1);
    Sort { cx, compare }.intro(items, depth)
}

struct Sort<'s, 'c, 'f, T> {
    cx: &'s mut Cx<'c>,
    compare: Compare<'f, T>,
}

impl<T: Copy> Sort<'_, '_, '_, T> {
    fn greater(&mut self, items: &[T], a: usize, b: usize) -> Result<bool, Throw> {
        self.cx.charge(1)?;
        match (items.get(a), items.get(b)) {
            (Some(a), Some(b)) => Ok((self.compare)(self.cx, a, b)? == Ordering::Greater),
            _ => Ok(false),
        }
    }

    fn less(&mut self, a: Option<&T>, b: &T) -> Result<bool, Throw> {
        self.cx.charge(1)?;
        match a {
            Some(a) => Ok((self.compare)(self.cx, a, b)? == Ordering::Less),
            None => Ok(false),
        }
    }

    fn swap_if_greater(&mut self, items: &mut [T], a: usize, b: usize) -> Result<(), Throw> {
        if self.greater(items, a, b)? {
            items.swap(a, b);
        }
        Ok(())
    }

    fn intro(&mut self, mut items: &mut [T], mut depth: u32) -> Result<(), Throw> {
        while items.len() > 1 {
            match items.len() {
                2 => return self.swap_if_greater(items, 0, 1),
                3 => {
                    self.swap_if_greater(items, 0, 1)?;
                    self.swap_if_greater(items, 0, 2)?;
                    return self.swap_if_greater(items, 1, 2);
                }
                4..=16 => return self.insertion(items),
                _ => {}
            }
            if depth == 0 {
                return self.heap(items);
            }
            depth -= 1;
            let pivot = self.partition(items)?;
            let (left, right) = items.split_at_mut(pivot);
            self.intro(right.get_mut(1..).unwrap_or_default(), depth)?;
            items = left;
        }
        Ok(())
    }

    fn partition(&mut self, items: &mut [T]) -> Result<usize, Throw> {
        let high = items.len() - 1;
        let middle = high / 2;
        self.swap_if_greater(items, 0, middle)?;
        self.swap_if_greater(items, 0, high)?;
        self.swap_if_greater(items, middle, high)?;
        let Some(pivot) = items.get(middle).copied() else { return Ok(0) };
        items.swap(middle, high - 1);
        let (mut left, mut right) = (0, high - 1);
        while left < right {
            // An inconsistent comparison must not lead out of the slice; .NET throws in that case.
            left += 1;
            while left < high && self.less(items.get(left), &pivot)? {
                left += 1;
            }
            right -= 1;
            while right > 0 && self.pivot_less(&pivot, items.get(right))? {
                right -= 1;
            }
            if left >= right {
                break;
            }
            items.swap(left, right);
        }
        if left != high - 1 && left < items.len() {
            items.swap(left, high - 1);
        }
        Ok(left.min(high))
    }

    fn pivot_less(&mut self, pivot: &T, item: Option<&T>) -> Result<bool, Throw> {
        self.cx.charge(1)?;
        match item {
            Some(item) => Ok((self.compare)(self.cx, pivot, item)? == Ordering::Less),
            None => Ok(false),
        }
    }

    fn insertion(&mut self, items: &mut [T]) -> Result<(), Throw> {
        for i in 1..items.len() {
            let Some(item) = items.get(i).copied() else { break };
            let mut at = i;
            while at > 0 && self.pivot_less(&item, items.get(at - 1))? {
                items.swap(at, at - 1);
                at -= 1;
            }
        }
        Ok(())
    }

    fn heap(&mut self, items: &mut [T]) -> Result<(), Throw> {
        let n = items.len();
        for i in (0..n / 2).rev() {
            self.down(items, i, n)?;
        }
        for end in (1..n).rev() {
            items.swap(0, end);
            self.down(items, 0, end)?;
        }
        Ok(())
    }

    fn down(&mut self, items: &mut [T], mut at: usize, end: usize) -> Result<(), Throw> {
        while at * 2 + 1 < end {
            let mut child = at * 2 + 1;
            if child + 1 < end && self.greater(items, child + 1, child)? {
                child += 1;
            }
            if !self.greater(items, child, at)? {
                break;
            }
            items.swap(at, child);
            at = child;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check;

    fn numbers(n: u64) -> Vec<u64> {
        (0..n).map(|i| i.wrapping_mul(2_654_435_761) % 97).collect()
    }

    #[test]
    fn both_sort() {
        for n in [0, 1, 2, 3, 5, 16, 17, 100, 1000] {
            let mut expected = numbers(n);
            expected.sort_unstable();
            check::with_cx(&[], |cx| {
                let mut a = numbers(n);
                assert!(stable(cx, &mut a, &mut |_, a, b| Ok(a.cmp(b))).is_ok());
                assert_eq!(a, expected);
                let mut b = numbers(n);
                assert!(unstable(cx, &mut b, &mut |_, a, b| Ok(a.cmp(b))).is_ok());
                assert_eq!(b, expected);
            });
        }
    }

    #[test]
    fn inconsistent_comparisons_end() {
        check::with_cx(&[], |cx| {
            let mut expected = numbers(200);
            expected.sort_unstable();
            for answer in [Ordering::Less, Ordering::Greater, Ordering::Equal] {
                let (mut a, mut b) = (numbers(200), numbers(200));
                let mut asked = [0, 0];
                let sorted = unstable(cx, &mut a, &mut |_, _, _| {
                    asked[0] += 1;
                    Ok(answer)
                });
                assert_eq!(sorted, Ok(()));
                let sorted = stable(cx, &mut b, &mut |_, _, _| {
                    asked[1] += 1;
                    Ok(answer)
                });
                assert_eq!(sorted, Ok(()));
                // Nothing is lost or doubled, and nobody asks more often than an honest sort of 200 would.
                for mut items in [a, b] {
                    items.sort_unstable();
                    assert_eq!(items, expected, "{answer:?}");
                }
                assert!(asked.iter().all(|asked| *asked < 200 * 40), "{answer:?}: {asked:?}");
            }
        });
    }
}
