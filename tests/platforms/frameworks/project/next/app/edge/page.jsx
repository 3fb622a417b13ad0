import { Feed } from "../feed.jsx";

export const runtime = "edge";
export const dynamic = "force-dynamic";

/** Rendered for each request. */
export default function Page() {
  return <Feed />;
}
