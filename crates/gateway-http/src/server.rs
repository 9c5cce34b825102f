//! The threads that serve: one a core, each with its own runtime, and the order in which they begin and end.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::access_log::{LogError, Writer};
use crate::config::Config;
use crate::crew::{Crew, Errand};
use crate::edge::listener::{Address, accept, bind, is_taken};
use crate::rules::Rules;
use crate::service::Service;
use crate::shared::Shared;
use crate::site::Site;
use crate::timer::TICK;
use crate::tls::{self, TlsError};
use crate::worker::Worker;

/// Calls nested as deeply as the engine allows, each through a lambda of LINQ, must fit without optimisation too. Only what is
/// touched takes memory.
const STACK: usize = 8 << 20;

/// Why the gateway could not begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServerError {
    #[error("cannot listen on {address}: {source}")]
    Bind { address: SocketAddr, source: io::Error },
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("no thread or runtime: {0}")]
    Thread(#[from] io::Error),
}

/// Threads that serve.
#[derive(Debug)]
pub(crate) struct Server {
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
    writer: Writer,
    pub(crate) crew: Crew,
    pub(crate) shared: Arc<Shared>,
    /// Where it listens, with the ports the kernel chose.
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Server {
    /// Binds all addresses and begins serving. `folder` is where files named in the settings lie; `digest` is the version's.
    pub(crate) fn start(
        service: &Arc<Service>,
        rules: &Arc<Rules>,
        config: Config,
        engine_limits: policy_vm::Limits,
        folder: &Path,
        digest: String,
    ) -> Result<Self, ServerError> {
        let writer = Writer::start(&config.access_log, folder)?;
        let threads = match config.gateway.workers {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            workers => workers,
        };
        let shown = tls_of(&config, folder)?;
        let (addresses, sockets) = listen(&config, threads)?;
        let shared = Shared::new(config, engine_limits, digest);
        let own = addresses.iter().map(|address| address.socket).collect();
        // Nobody else has set it: the value is this call's own.
        let _ = shared.listening.set(own);
        let (stop, stopped) = watch::channel(false);
        let (mut handles, mut crew) = (Vec::new(), Vec::new());
        for (number, sockets) in sockets.into_iter().enumerate() {
            let (errand, errands) = unbounded_channel();
            crew.push(errand);
            let site = Site::new(service, &shared.config.gateway);
            let (shared, rules) = (Arc::clone(&shared), Arc::clone(rules));
            let (shown, log) = (shown.clone(), writer.log());
            let life = Life { sockets, errands, stop: stopped.clone() };
            let begin = move || thread(|| Worker::new(shared, rules, site, shown, log, threads), life);
            let thread = std::thread::Builder::new().name(format!("worker-{number}")).stack_size(STACK);
            handles.push(thread.spawn(begin)?);
        }
        let addresses = addresses.iter().map(|address| address.socket).collect();
        Ok(Self { stop, threads: handles, writer, crew: Crew::new(crew), shared, addresses })
    }

    /// Stops taking connections, lets calls in progress end, and waits until all is done.
    pub(crate) fn stop(self) {
        self.shared.status.leave();
        let notice = self.crew.ask(|worker| worker.timeouts.get().notice).pop();
        std::thread::sleep(notice.unwrap_or(self.shared.config.timeouts.notice));
        let _ = self.stop.send(true);
        for thread in self.threads {
            let _ = thread.join();
        }
        drop(self.crew);
        self.writer.finish();
    }
}

/// What clients are shown, one a listener.
pub(crate) type ListenerTls = Vec<Option<Arc<rustls::ServerConfig>>>;

pub(crate) fn tls_of(config: &Config, folder: &Path) -> Result<ListenerTls, TlsError> {
    config.listeners.iter().map(|listener| tls::server(listener, folder)).collect()
}

type Sockets = Vec<(std::net::TcpListener, Address)>;

/// Every thread's sockets. The first one of an address settles its port.
fn listen(config: &Config, threads: usize) -> Result<(Vec<Address>, Vec<Sockets>), ServerError> {
    let listeners = config.listening().iter().enumerate();
    let mut addresses: Vec<Address> = listeners
        .map(|(number, listener)| Address { socket: listener.address, number, http2: listener.speaks_http2() })
        .collect();
    // As every thread has a socket, so may other processes: one that takes over from another, and one that nobody knows of.
    let shared: Vec<_> = addresses.iter().map(|address| address.socket).filter(|&address| is_taken(address)).collect();
    let mut all = Vec::new();
    for _ in 0..threads {
        let mut sockets = Vec::new();
        for address in &mut addresses {
            let failed = |source| ServerError::Bind { address: address.socket, source };
            let socket = bind(address.socket).map_err(failed)?;
            address.socket = socket.local_addr().map_err(failed)?;
            sockets.push((socket, *address));
        }
        all.push(sockets);
    }
    for address in shared {
        tracing::warn!("another process listens on {address} too: calls go to either, until one of them ends");
    }
    Ok((addresses, all))
}

/// What a thread lives by.
struct Life {
    sockets: Sockets,
    errands: UnboundedReceiver<Errand>,
    stop: watch::Receiver<bool>,
}

fn thread(worker: impl FnOnce() -> Rc<Worker>, life: Life) {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build_local(LocalOptions::default());
    match runtime {
        Ok(runtime) => {
            runtime.block_on(async move { work(worker(), life).await });
            // A name may be looked up still, by a thread that nobody can stop: it is not waited for.
            runtime.shutdown_background();
        }
        Err(error) => tracing::error!(%error, "no runtime"),
    }
}

/// The life of a thread.
async fn work(worker: Rc<Worker>, life: Life) {
    let Life { sockets, mut errands, mut stop } = life;
    let mut doors = Doors::default();
    for (socket, address) in sockets {
        match TcpListener::from_std(socket) {
            Ok(listener) => doors.0.push(Box::pin(accept(Rc::clone(&worker), listener, address, stop.clone()))),
            Err(error) => tracing::error!(%error, "a socket cannot be used"),
        }
    }
    // A task like any other: what runs here itself does not wait for its turn.
    let watched = Rc::clone(&worker);
    tokio::task::spawn_local(async move { watched.shedding.watch().await });
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => worker.sweep(),
            Some(errand) = errands.recv() => errand(&worker),
            _ = stop.changed() => break,
            () = doors.watch() => {}
        }
    }
    drain(&worker, &mut errands, doors).await;
    worker.log.flush();
}

/// Where connections come in. It does not stand in the queue with the calls: who waits to be let in waits unseen, and each
/// would wait twice.
#[derive(Default)]
struct Doors(Vec<Pin<Box<dyn Future<Output = ()>>>>);

impl Doors {
    /// Lets in who comes, for as long as it is polled.
    async fn watch(&mut self) {
        poll_fn(|cx| {
            self.0.retain_mut(|door| door.as_mut().poll(cx).is_pending());
            Poll::Pending
        })
        .await
    }

    /// Lets in those whom the kernel has connected, until the doors are shut.
    async fn shut(mut self) {
        poll_fn(|cx| {
            self.0.retain_mut(|door| door.as_mut().poll(cx).is_pending());
            if self.0.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Lets calls in progress end, for as long as the settings say.
async fn drain(worker: &Rc<Worker>, errands: &mut UnboundedReceiver<Errand>, doors: Doors) {
    worker.drain();
    // Not before is it known what is open.
    doors.shut().await;
    let begin = Instant::now();
    let (rest, end) = (begin + LAST_CALL, begin + worker.timeouts.get().drain);
    let mut ticks = interval(DRAIN_TICK);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            Some(errand) = errands.recv() => errand(worker),
        }
        if worker.open.get() == 0 {
            return;
        }
        worker.sweep();
        if Instant::now() >= rest {
            worker.retire();
        }
        if Instant::now() >= end {
            tracing::warn!(connections = worker.open.get(), "the time to stop is over: connections are cut off");
            worker.abort();
            tokio::time::sleep(DRAIN_TICK).await;
            return;
        }
    }
}

const DRAIN_TICK: Duration = Duration::from_millis(20);
/// How long a connection that rests is kept when the gateway stops: a call may be on its way, and is still answered.
const LAST_CALL: Duration = Duration::from_millis(300);

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;
    use crate::edge::tests::start;

    /// `threats.md` R9: a resolver of the system that hangs has a thread of its own, which nobody can stop.
    #[test]
    fn a_name_that_is_looked_up_for_ever_does_not_hold_up_the_end() {
        let (answer, hangs) = std::sync::mpsc::channel::<()>();
        let (errand, errands) = unbounded_channel::<Errand>();
        let (stop, stopped) = watch::channel(false);
        let end = stop.clone();
        let look_up = move |_: &Rc<Worker>| {
            tokio::task::spawn_blocking(move || hangs.recv());
            let _ = end.send(true);
        };
        assert!(errand.send(Box::new(look_up)).is_ok());
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            thread(|| start(Config::default()).0, Life { sockets: Vec::new(), errands, stop: stopped });
            let _ = tell.send(());
        });
        let ended = told.recv_timeout(Duration::from_secs(20));
        drop(answer);
        assert!(ended.is_ok(), "it waits for a name that nobody looks up any more");
    }

    /// `threats.md`: whoever was connected by the kernel before the end is served, also where nobody else was.
    #[tokio::test(flavor = "local")]
    async fn those_that_the_kernel_has_connected_are_served_before_the_end() {
        let (worker, ..) = start(Config::default());
        let socket = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = Address { socket: socket.local_addr().unwrap(), number: 0, http2: false };
        let mut client = TcpStream::connect(address.socket).unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
        let (stop, stopped) = watch::channel(false);
        stop.send(true).unwrap();
        let (_errand, errands) = unbounded_channel();
        // A receiver of before that: the end has come before any connection was taken.
        work(worker, Life { sockets: vec![(socket, address)], errands, stop: stopped }).await;
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close"), "{answer}");
    }
}
