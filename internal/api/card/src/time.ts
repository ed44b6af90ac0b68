import { useEffect, useState } from "preact/hooks";

/** clock writes a duration as a telephone does: 0:07, 12:05, 1:02:33. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  const m = Math.floor(s / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/**
 * useNow is the time of the controller, each second. Agents' machines have clocks of
 * their own: offset is by how much this one is behind.
 */
export function useNow(offset: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now + offset;
}

export function hour(at: string): string {
  return new Date(at).toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });
}

export function day(at: string): string {
  return new Date(at).toLocaleString("fr", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
