/** Bars of attempts a second. */

/** Draws the rates of one fleet, on a scale that all share. */
export function drawRates(canvas: HTMLCanvasElement, rates: readonly number[], top: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = devicePixelRatio || 1;
  const { clientHeight: height, clientWidth: width } = canvas;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  const bottom = height - 14;
  context.strokeStyle = style.getPropertyValue("--grid");
  context.fillStyle = style.getPropertyValue("--muted");
  context.font = "11px system-ui, sans-serif";
  context.beginPath();
  for (const y of [14.5, bottom + 0.5]) {
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
  context.textAlign = "left";
  context.fillText(`${top} a second`, 0, 10);
  context.fillText(`${rates.length} s ago`, 0, height - 2);
  context.textAlign = "right";
  context.fillText("now", width, height - 2);
  context.fillStyle = style.getPropertyValue("--bar");
  const step = width / rates.length;
  rates.forEach((rate, index) => {
    const size = (bottom - 15) * Math.min(1, rate / top);
    if (rate > 0) context.fillRect(index * step, bottom - size, Math.max(1, step - 1), size);
  });
}

/** The end of the scale: the next round number. */
export function topOf(most: number): number {
  const steps = [10, 20, 50, 100, 200, 500, 1_000, 1_500];
  return steps.find((step) => step >= most) ?? 2_000;
}
