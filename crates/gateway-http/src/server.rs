//! The gateway as a whole: one thread a core, each with its own runtime, and the order in which they begin and end.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::access_log::{AccessLog, LogError, Writer};
use crate::config::Config;
use crate::edge::listener::{Address, accept, bind};
use crate::service::Service;
use crate::shared::Shared;
use crate::site::Site;
use crate::timer::TICK;
use crate::tls::{self, TlsError};
use crate::worker::Worker;

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

/// A gateway that serves.
#[derive(Debug)]
pub(crate) struct Server {
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
    writer: Writer,
    /// Where it listens, with the ports the kernel chose.
    pub(crate) addresses: Vec<SocketAddr>,
}

/// The address when none is given.
const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

impl Server {
    /// Binds all addresses and begins serving. `folder` is where files named in the settings lie.
    pub(crate) fn start(
        service: Service,
        config: Config,
        engine_limits: policy_vm::Limits,
        folder: &Path,
    ) -> Result<Self, ServerError> {
        let writer = Writer::start(&config.access_log, folder)?;
        let threads = match config.gateway.workers {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            workers => workers,
        };
        let (addresses, sockets) = listen(&config, folder, threads)?;
        let shared = Shared::new(config, engine_limits, folder)?;
        let own = addresses.iter().map(|address| address.socket).collect();
        // Nobody else has set it: the value is this call's own.
        let _ = shared.listening.set(own);
        let service = Arc::new(service);
        let (stop, stopped) = watch::channel(false);
        let mut handles = Vec::new();
        for (number, sockets) in sockets.into_iter().enumerate() {
            let (shared, service, log, stopped) =
                (Arc::clone(&shared), Arc::clone(&service), writer.log(), stopped.clone());
            let runtime_thread = std::thread::Builder::new().name(format!("worker-{number}"));
            handles.push(runtime_thread.spawn(move || thread(shared, &service, log, sockets, stopped, threads))?);
        }
        Ok(Self { stop, threads: handles, writer, addresses: addresses.iter().map(|address| address.socket).collect() })
    }

    /// Stops taking connections, lets calls in progress end, and waits until all is done.
    pub(crate) fn stop(self) {
        let _ = self.stop.send(true);
        self.join();
    }

    /// Waits for the threads, then for the log.
    pub(crate) fn join(self) {
        for thread in self.threads {
            let _ = thread.join();
        }
        self.writer.finish();
    }
}

type Sockets = Vec<(std::net::TcpListener, Address)>;

/// Every thread's sockets. The first one of an address settles its port.
fn listen(config: &Config, folder: &Path, threads: usize) -> Result<(Vec<Address>, Vec<Sockets>), ServerError> {
    let mut addresses = Vec::new();
    for listener in &config.listeners {
        let tls = listener.tls.as_ref().map(|settings| tls::server(settings, folder)).transpose()?;
        addresses.push(Address { socket: listener.address, tls });
    }
    if addresses.is_empty() {
        addresses.push(Address { socket: DEFAULT_ADDRESS, tls: None });
    }
    let mut all = Vec::new();
    for _ in 0..threads {
        let mut sockets = Vec::new();
        for address in &mut addresses {
            let failed = |source| ServerError::Bind { address: address.socket, source };
            let socket = bind(address.socket).map_err(failed)?;
            address.socket = socket.local_addr().map_err(failed)?;
            sockets.push((socket, address.clone()));
        }
        all.push(sockets);
    }
    Ok((addresses, all))
}

fn thread(
    shared: Arc<Shared>,
    service: &Arc<Service>,
    log: AccessLog,
    sockets: Sockets,
    stop: watch::Receiver<bool>,
    threads: usize,
) {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build_local(LocalOptions::default());
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "no runtime"),
    };
    runtime.block_on(async move {
        let site = Site::new(service, &shared.config.gateway);
        let worker = Worker::new(shared, site, log, threads);
        work(worker, sockets, stop).await;
    });
}

/// The life of a thread.
async fn work(worker: Rc<Worker>, sockets: Sockets, mut stop: watch::Receiver<bool>) {
    for (socket, address) in sockets {
        match TcpListener::from_std(socket) {
            Ok(listener) => {
                tokio::task::spawn_local(accept(Rc::clone(&worker), listener, address.tls, stop.clone()));
            }
            Err(error) => tracing::error!(%error, "a socket cannot be used"),
        }
    }
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => worker.sweep(),
            _ = stop.changed() => break,
        }
    }
    drain(&worker).await;
    worker.log.flush();
}

/// Lets calls in progress end, for as long as the settings say.
async fn drain(worker: &Rc<Worker>) {
    worker.drain();
    let end = Instant::now() + worker.timeouts.drain;
    let mut ticks = interval(DRAIN_TICK);
    while worker.open.get() > 0 {
        ticks.tick().await;
        worker.sweep();
        if Instant::now() >= end {
            tracing::warn!(connections = worker.open.get(), "the time to stop is over: connections are cut off");
            worker.abort();
            tokio::time::sleep(DRAIN_TICK).await;
            return;
        }
    }
}

const DRAIN_TICK: Duration = Duration::from_millis(20);
