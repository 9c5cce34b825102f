//! `buffer-response` of `forward-request`: small pieces of an answer are passed on together, those that are there at the same
//! time, or as many as there are to be.
//!
//! A piece that is large enough goes on as it came; the one that is alone until the end, as most are, does too. Only what
//! comes in several small pieces is copied.

use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Version, response};
use http_body::{Body as _, Frame};

use crate::backend::body::{BackendBody, BodyError};
use crate::config::BufferResponse;

/// So many bytes are worth sending, as in the service.
const ENOUGH: usize = 8 << 10;

/// What comes next of a body.
type Next = Option<Result<Frame<Bytes>, BodyError>>;

/// Pieces that are passed on together.
#[derive(Debug)]
pub(crate) struct Gather {
    held: Kept,
    /// They wait for more to come.
    waits: bool,
}

#[derive(Debug, Default)]
enum Kept {
    /// Every piece goes alone.
    #[default]
    Off,
    /// There is none at the moment.
    Empty,
    One(Bytes),
    Several(Vec<u8>),
    /// What came behind them, which is the last.
    Behind(Box<Next>),
    /// They broke off, and what there was is still to be sent.
    Broken(Box<Next>),
}

impl Gather {
    /// Every piece goes on at once.
    pub(crate) const OFF: Self = Self { held: Kept::Off, waits: false };

    /// How the pieces of this answer are passed on, when `forward-request` is to buffer it.
    pub(crate) fn of(parts: &response::Parts, body: &BackendBody, buffering: BufferResponse) -> Self {
        // Over HTTP/2 there are frames, and those who stream over it wait for each.
        if body.size_hint().exact().is_some() || parts.version == Version::HTTP_2 {
            return Self::OFF;
        }
        match buffering {
            BufferResponse::Pass | BufferResponse::Whole => Self::OFF,
            BufferResponse::Collect => Self { held: Kept::Empty, waits: false },
            BufferResponse::Wait => Self { held: Kept::Empty, waits: true },
        }
    }

    /// Does every piece go alone?
    pub(super) const fn is_off(&self) -> bool {
        matches!(self.held, Kept::Off)
    }

    /// Is nothing held?
    pub(super) const fn is_empty(&self) -> bool {
        matches!(self.held, Kept::Off | Kept::Empty)
    }
}

impl Kept {
    /// A piece has come; gives one to be passed on.
    fn take(&mut self, piece: Bytes) -> Option<Bytes> {
        match std::mem::take(self) {
            Self::One(first) if first.len() + piece.len() <= ENOUGH => {
                let mut both = Vec::with_capacity(ENOUGH);
                both.extend_from_slice(&first);
                both.extend_from_slice(&piece);
                *self = Self::Several(both);
            }
            Self::Several(mut pieces) if pieces.len() + piece.len() <= ENOUGH => {
                pieces.extend_from_slice(&piece);
                *self = Self::Several(pieces);
            }
            // Too much together: the one before goes alone.
            Self::One(before) => {
                *self = Self::One(piece);
                return Some(before);
            }
            Self::Several(before) => {
                *self = Self::One(piece);
                return Some(before.into());
            }
            _ => *self = Self::One(piece),
        }
        self.enough()
    }

    /// What is held, if it is enough.
    fn enough(&mut self) -> Option<Bytes> {
        let length = match self {
            Self::One(piece) => piece.len(),
            Self::Several(pieces) => pieces.len(),
            _ => 0,
        };
        if length >= ENOUGH { self.rest() } else { None }
    }

    /// All that is held.
    fn rest(&mut self) -> Option<Bytes> {
        match std::mem::replace(self, Self::Empty) {
            Self::One(piece) => Some(piece),
            Self::Several(pieces) => Some(pieces.into()),
            _ => None,
        }
    }
}

impl BackendBody {
    /// What comes next, in pieces that are worth sending.
    pub(super) fn poll_gathered(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        loop {
            match std::mem::take(&mut self.gather.held) {
                Kept::Behind(next) => return Poll::Ready(*next),
                Kept::Broken(error) => {
                    // The library forgets what it has not sent when there is an error: it gets the time to send it.
                    self.gather.held = Kept::Behind(error);
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                other => self.gather.held = other,
            }
            if let Some(piece) = self.gather.held.enough() {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            let piece = match self.poll_piece(cx) {
                Poll::Ready(Some(Ok(frame))) if frame.is_data() => {
                    frame.into_data().ok().and_then(|piece| self.gather.held.take(piece))
                }
                Poll::Ready(last) => match self.gather.held.rest() {
                    Some(rest) => {
                        let is_broken = matches!(last, Some(Err(_)));
                        let last = Box::new(last);
                        self.gather.held = if is_broken { Kept::Broken(last) } else { Kept::Behind(last) };
                        Some(rest)
                    }
                    None => return Poll::Ready(last),
                },
                Poll::Pending if self.gather.waits => return Poll::Pending,
                Poll::Pending => match self.gather.held.rest() {
                    Some(rest) => Some(rest),
                    None => return Poll::Pending,
                },
            };
            if let Some(piece) = piece {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is passed on of pieces of these lengths, and what waits at the end.
    fn passed(lengths: &[usize]) -> (Vec<usize>, usize) {
        let mut held = Kept::Empty;
        let mut passed = Vec::new();
        for length in lengths {
            passed.extend(held.take(Bytes::from(vec![b'x'; *length])).map(|piece| piece.len()));
            passed.extend(held.enough().map(|piece| piece.len()));
        }
        (passed, held.rest().map_or(0, |rest| rest.len()))
    }

    #[test]
    fn small_pieces_go_together() {
        assert_eq!(passed(&[10, 20, 30]), (vec![], 60));
        assert_eq!(passed(&[4096, 4095, 1, 5]), (vec![8192], 5));
        assert_eq!(passed(&[8000, 300]), (vec![8000], 300));
        assert_eq!(passed(&[10, 20, 9000, 1]), (vec![30, 9000], 1));
        assert_eq!(passed(&[8192, 100_000]), (vec![8192, 100_000], 0));
    }

    #[test]
    fn what_is_alone_is_not_copied() {
        for piece in [Bytes::from(vec![1; 100]), Bytes::from(vec![1; 9000])] {
            let mut held = Kept::Empty;
            let passed = held.take(piece.clone()).or_else(|| held.rest()).unwrap();
            assert_eq!(passed.as_ptr(), piece.as_ptr());
        }
    }
}
