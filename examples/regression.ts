/** A data frame goes to R; a linear model of it stays there; its figures and a plot come back: `npx tsx examples/regression.ts` */
import { type AnyRemote, kwargs, makeBond } from 'bond';

const sales = { month: [1, 2, 3, 4, 5, 6], units: [12, 15, 21, 24, 31, 33] };

await using r = await makeBond('R', { objects: 'hold' });
await r.evalBlock(`
  picture <- function(frame, model) {
    file <- tempfile(fileext = '.png')
    on.exit(unlink(file))
    png(file, type = 'cairo')
    plot(units ~ month, frame)
    abline(model)
    dev.off()
    readBin(file, 'raw', file.size(file))
  }
`);
const frame = await r.hold('as.data.frame', sales);
const model = await r.call<AnyRemote>('lm', r.ref('units ~ month'), kwargs({ data: frame }));
const { month } = (await model.coefficients) as unknown as Record<string, number>;
console.log(`${month?.toFixed(1)} more each month`);
console.log(await r.call('predict', model, { month: [7, 8] }));
const png = await r.call<Uint8Array>('picture', frame, model);
console.log(Buffer.from(png).toString('latin1', 1, 4), png.length > 1000);
