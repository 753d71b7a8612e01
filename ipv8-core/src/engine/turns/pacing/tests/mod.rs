mod pacer;
mod packets;
mod queue;
