// SPDX-License-Identifier: BSD-3-Clause
// The views by the names that links have, in the order of their tabs.
import { Compare } from "./compare";
import { NetworkDrawing } from "./drawing";
import { Efficiency } from "./efficiency";
import { Frontier } from "./frontier";
import { Heatmap } from "./heatmap";
import { Language } from "./language";
import { Layers } from "./layers";
import { Networks } from "./networks";
import { Platforms } from "./platforms";
import { Predictions } from "./predictions";
import { Roofline } from "./roofline";
import { Scorecard } from "./scorecard";
import type { Page } from "./view";

export const allViews = (): Record<string, { title: string; page: Page }> => ({
    predictions: { title: "Predictions", page: new Predictions() },
    compare: { title: "Two devices", page: new Compare() },
    roofline: { title: "Roofline", page: new Roofline() },
    heatmap: { title: "Heatmap", page: new Heatmap() },
    frontier: { title: "Frontier", page: new Frontier() },
    layers: { title: "One network", page: new Layers() },
    drawing: { title: "Drawing", page: new NetworkDrawing() },
    networks: { title: "Networks", page: new Networks() },
    platforms: { title: "Devices", page: new Platforms() },
    efficiency: { title: "Efficiency", page: new Efficiency() },
    scorecard: { title: "Scorecard", page: new Scorecard() },
    language: { title: "Language models", page: new Language() },
});
