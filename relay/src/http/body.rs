//! Reading bodies: never more than allowed, never for ever.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use warp::Buf;

use crate::http::ApiError;

/// A client that stands still in the middle of its body for so long has vanished.
const STILL: Duration = Duration::from_secs(10);
/// How long a body waits in its middle for others to make room. Short, since each of those may
/// wait likewise.
const ROOM: Duration = Duration::from_secs(5);

/// The whole body, if it is not larger than `limit_bytes`; of a larger one no more is read.
pub async fn read_body<B: Buf>(
    body: impl Stream<Item = Result<B, warp::Error>>,
    limit_bytes: usize,
) -> Result<Bytes, ApiError> {
    let mut room = Room { all: None, taken: None };
    read(body, limit_bytes, &mut room).await
}

/// As `read_body`, with what has come so far taking room of all that bodies may take together,
/// in KiB. Who has sent nothing yet takes none. The body's own room goes with the permit.
pub async fn read_body_within<B: Buf>(
    body: impl Stream<Item = Result<B, warp::Error>>,
    limit_bytes: usize,
    room_kib: Arc<Semaphore>,
) -> Result<(Bytes, Option<OwnedSemaphorePermit>), ApiError> {
    let mut room = Room { all: Some(room_kib), taken: None };
    let body = read(body, limit_bytes, &mut room).await?;
    Ok((body, room.taken))
}

async fn read<B: Buf>(
    body: impl Stream<Item = Result<B, warp::Error>>,
    limit_bytes: usize,
    room: &mut Room,
) -> Result<Bytes, ApiError> {
    let mut body = std::pin::pin!(body);
    let mut whole = BytesMut::new();
    loop {
        let part = timeout(STILL, body.next()).await.map_err(|_| ApiError::Unavailable {
            message: format!("nothing came of the body for {} s", STILL.as_secs()),
        })?;
        let Some(part) = part else { return Ok(whole.freeze()) };
        let mut part =
            part.map_err(|error| ApiError::bad_request(format!("cannot read the body: {error}")))?;
        let len = whole.len() + part.remaining();
        if len > limit_bytes {
            return Err(ApiError::TooLarge { limit_bytes });
        }
        room.hold(len).await?;
        while part.has_remaining() {
            let chunk = part.chunk();
            whole.extend_from_slice(chunk);
            let len = chunk.len();
            part.advance(len);
        }
    }
}

struct Room {
    /// None: of any size.
    all: Option<Arc<Semaphore>>,
    taken: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Waits until there is room for a body of this length.
    async fn hold(&mut self, len_bytes: usize) -> Result<(), ApiError> {
        let Some(all) = &self.all else { return Ok(()) };
        let taken = self.taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = len_bytes.div_ceil(1024).saturating_sub(taken);
        if more == 0 {
            return Ok(());
        }
        let full = || ApiError::Unavailable {
            message: "too many bodies are being received, send it again".to_owned(),
        };
        let more = u32::try_from(more).map_err(|_| full())?;
        let permit = timeout(ROOM, Arc::clone(all).acquire_many_owned(more)).await;
        let permit = permit.map_err(|_| full())?.map_err(|_| ApiError::Starting)?;
        match &mut self.taken {
            Some(taken) => taken.merge(permit),
            None => self.taken = Some(permit),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::stream::{self, pending};

    use super::*;

    fn parts(parts: &[usize]) -> impl Stream<Item = Result<Bytes, warp::Error>> + use<> {
        stream::iter(parts.iter().map(|len| Ok(Bytes::from(vec![b'x'; *len]))).collect::<Vec<_>>())
    }

    #[tokio::test]
    async fn who_stands_still_holds_no_more_than_was_sent() {
        let room = Arc::new(Semaphore::new(8));
        let limit = 1 << 20;
        let within = |body| read_body_within(body, limit, Arc::clone(&room)).boxed();
        // A hundred that send nothing, one that stops after 3 KiB.
        let mut still: Vec<_> = (0..100)
            .map(|_| {
                read_body_within(pending::<Result<Bytes, warp::Error>>(), limit, Arc::clone(&room))
                    .boxed()
            })
            .collect();
        let stops = parts(&[1024, 2048]).chain(pending());
        still.push(read_body_within(stops, limit, Arc::clone(&room)).boxed());
        for body in &mut still {
            assert!(body.now_or_never().is_none());
        }
        assert_eq!(room.available_permits(), 5);
        let (body, held) = within(parts(&[100, 4000, 1000])).await.expect("there is room");
        assert_eq!((body.len(), room.available_permits()), (5100, 0));
        // The next waits until that one is done with.
        let mut next = within(parts(&[1]));
        assert!((&mut next).now_or_never().is_none());
        drop(held);
        assert_eq!(next.await.ok().map(|(body, _)| body.len()), Some(1));
        drop(still);
        assert_eq!(room.available_permits(), 8);
    }

    #[tokio::test]
    async fn a_body_ends_where_it_is_too_large() {
        for (sizes, expected) in [(&[10, 10][..], Some(20)), (&[10, 11], None), (&[], Some(0))] {
            let read = read_body(parts(sizes).chain(stream::empty()), 20).await;
            assert_eq!(read.ok().map(|body| body.len()), expected, "{sizes:?}");
        }
    }
}
