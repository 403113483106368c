// SPDX-License-Identifier: BSD-3-Clause
// A drawing that is moved by dragging and enlarged by the wheel, by keys and by buttons: a window over its coordinates.
const nearest = 60;
/// Pixels for each unit of the drawing, to begin with.
const largest = 1.3;

export class Zoom {
    private x = 0;
    private y = 0;
    private span = 1;
    private whole = { width: 1, height: 1 };

    constructor(private readonly svg: SVGSVGElement) {
        svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
        svg.addEventListener("pointerdown", (event) => this.drag(event));
        svg.addEventListener("keydown", (event) => this.key(event));
    }

    /// Shows the beginning of a drawing of this size, at a width that can be read.
    show(width: number, height: number): void {
        this.whole = { width, height };
        const readable = this.svg.clientWidth || 800;
        this.span = Math.max(readable / largest, Math.min(width, readable));
        this.x = (width - this.span) / 2;
        this.y = 0;
        this.apply();
    }

    /// All of it at once.
    fit(): void {
        const { width, height } = this.whole;
        this.span = Math.max(width, height * this.aspect());
        this.x = (width - this.span) / 2;
        this.y = 0;
        this.apply();
    }

    centre(x: number, y: number): void {
        this.x = x - this.span / 2;
        this.y = y - this.span / this.aspect() / 2;
        this.apply();
    }

    by(factor: number, at = { x: this.x + this.span / 2, y: this.y + this.span / this.aspect() / 2 }): void {
        const most = 2 * Math.max(this.whole.width, this.whole.height * this.aspect());
        const span = Math.min(Math.max(this.span / factor, nearest), Math.max(most, nearest));
        this.x = at.x - ((at.x - this.x) * span) / this.span;
        this.y = at.y - ((at.y - this.y) * span) / this.span;
        this.span = span;
        this.apply();
    }

    private aspect = (): number => (this.svg.clientWidth || 4) / (this.svg.clientHeight || 3);
    private pixel = (): number => this.span / (this.svg.clientWidth || 1);

    private apply(): void {
        this.svg.setAttribute("viewBox", [this.x, this.y, this.span, this.span / this.aspect()].join(" "));
    }

    private wheel(event: WheelEvent): void {
        event.preventDefault();
        const box = this.svg.getBoundingClientRect();
        this.by(Math.exp(-event.deltaY / 400), {
            x: this.x + (event.clientX - box.left) * this.pixel(),
            y: this.y + (event.clientY - box.top) * this.pixel(),
        });
    }

    private drag(start: PointerEvent): void {
        let { clientX, clientY } = start;
        const move = (event: PointerEvent): void => {
            this.x -= (event.clientX - clientX) * this.pixel();
            this.y -= (event.clientY - clientY) * this.pixel();
            ({ clientX, clientY } = event);
            this.apply();
        };
        addEventListener("pointermove", move);
        addEventListener("pointerup", () => removeEventListener("pointermove", move), { once: true });
    }

    private key(event: KeyboardEvent): void {
        const step = this.span / 8;
        const [right, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
            event.key
        ] ?? [0, 0];
        const factor = { "+": 1.3, "-": 1 / 1.3 }[event.key];
        if (!right && !down && !factor) return;
        event.preventDefault();
        this.x += (right ?? 0) * step;
        this.y += (down ?? 0) * step;
        if (factor) this.by(factor);
        else this.apply();
    }
}
