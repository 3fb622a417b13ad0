import { serve } from "./batch.ts";

serve();
