//! The admin listener: how the gateway stands, and the few things that can be reset. It has a thread of its own, and sends
//! the serving threads errands; nothing of it is on the way of a call.

mod guard;
mod listener;
mod pages;
mod prometheus;
mod view;

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::runtime::Builder;
use tokio::sync::watch;

pub(crate) use self::guard::Guard;
use self::view::View;
use crate::config::operation::Admin as Settings;
use crate::gateway::StartError;
use crate::lifecycle::reload::Reload;
use crate::server::Server;

/// The listener, serving.
#[derive(Debug)]
pub(crate) struct Admin {
    pub(crate) address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

/// The listener, bound and not serving yet.
#[derive(Debug)]
pub(crate) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    /// For whoever exchanges what it asks for.
    pub(crate) guard: Arc<Guard>,
}

fn machine(error: impl std::fmt::Display) -> StartError {
    StartError::Machine(format!("admin listener: {error}"))
}

/// Beyond the machine itself there is no listener without a token.
pub(crate) fn lacks_token(settings: &Settings) -> Option<String> {
    let address = settings.address.filter(|address| settings.token.is_none() && !address.ip().is_loopback())?;
    Some(format!("{address} can be reached from other machines: it needs a `token`"))
}

/// What callers have to show, if anything.
pub(crate) fn token(settings: &Settings, folder: &Path) -> Result<Option<String>, StartError> {
    let token = settings.token.as_ref().map(|token| token.resolve(folder)).transpose().map_err(machine)?;
    if token.as_ref().is_some_and(String::is_empty) {
        return Err(machine("`token` is empty"));
    }
    match lacks_token(settings) {
        Some(why) => Err(machine(why)),
        None => Ok(token),
    }
}

impl Admin {
    /// Binds the listener, if there is to be one.
    pub(crate) fn bind(settings: &Settings, folder: &Path) -> Result<Option<Bound>, StartError> {
        let Some(address) = settings.address else { return Ok(None) };
        let token = token(settings, folder)?;
        let listener = TcpListener::bind(address).map_err(|error| machine(format!("{address}: {error}")))?;
        listener.set_nonblocking(true).map_err(machine)?;
        let address = listener.local_addr().map_err(machine)?;
        Ok(Some(Bound { listener, address, guard: Arc::new(Guard::new(token, &settings.hosts)) }))
    }

    pub(crate) fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.thread.join();
    }
}

impl Bound {
    pub(crate) fn start(self, server: &Server, reload: Reload) -> Result<Admin, StartError> {
        let Self { listener, address, guard } = self;
        let view = View::new(server, reload);
        let runtime = Builder::new_current_thread().enable_all().build().map_err(machine)?;
        let (stop, stopped) = watch::channel(false);
        let serve = move || runtime.block_on(listener::serve(listener, pages::router(Arc::new(view), guard), stopped));
        let thread = std::thread::Builder::new().name("admin".to_owned()).spawn(serve).map_err(machine)?;
        Ok(Admin { address, stop, thread })
    }
}
