// SPDX-License-Identifier: BSD-3-Clause
// What happens with a dropped file: it is read, its view opens; what it does not say is asked for.
import { isModel } from "./files";
import { askFor, clearMessages, tell, tellError, tellOfWaiting } from "./messages";
import type { Options, Read } from "./files";
import type { OwnFiles } from "./own";
import { Stopped } from "./reading";

type Given = Record<string, string>;

/// What can be chosen where a file leaves something open.
export interface Choices {
    networks(): string[];
    devices(): string[];
}

const optionsOf = (file: File, given: Given): Options => {
    if (isModel(file.name))
        return { dims: Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number(value)])) };
    const { batch, ...rest } = given;
    return { supplied: { ...rest, ...(batch ? { batch: Number(batch) } : {}) } };
};

export class Taking {
    constructor(
        private readonly own: OwnFiles,
        private readonly choices: Choices,
        private readonly taken: (read: Read) => void,
    ) {}

    async take(files: File[]): Promise<void> {
        clearMessages();
        for (const file of files) await this.takeOne(file, {});
    }

    private async takeOne(file: File, given: Given): Promise<void> {
        document.body.classList.add("reading");
        let done = (): void => undefined;
        try {
            const reading = this.own.take(file, optionsOf(file, given));
            done = tellOfWaiting(`Reading ${file.name} …`, reading.stop);
            clearMessages();
            this.taken(await reading.done);
        } catch (wrong) {
            if (wrong instanceof Stopped) tell(`${file.name} was not read: you stopped it.`);
            else this.refuse(file, (wrong as Error).message, given);
        } finally {
            done();
            document.body.classList.remove("reading");
        }
    }

    /// Says what is wrong with a file, and asks for what it does not say.
    private refuse(file: File, text: string, given: Given): void {
        const again = (more: Given): void => void this.takeOne(file, { ...given, ...more });
        const unbound = isModel(file.name) ? /dimensions without a value: ([^;]+);/.exec(text)?.[1] : undefined;
        if (unbound) {
            const names = unbound.split(", ");
            askFor(
                file.name,
                text,
                names.map((name) => ({ name, label: name })),
                again,
            );
        } else if (!isModel(file.name) && /does not say the/.test(text))
            askFor(
                file.name,
                text,
                [
                    { name: "network", label: "Network", choices: this.choices.networks() },
                    { name: "platform", label: "Device", choices: this.choices.devices() },
                    { name: "datatype", label: "Datatype", choices: ["int8", "fp16", "fp32", "int4", "int2"] },
                    { name: "batch", label: "Batch" },
                ],
                again,
            );
        else tellError(`${file.name} cannot be read`, text);
    }
}
