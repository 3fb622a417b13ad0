import { Feed } from "../feed.jsx";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

/** Rendered for each request. */
export default function Page() {
  return <Feed />;
}
