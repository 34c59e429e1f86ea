/**
 * Flowers: scikit-learn learns to tell them apart, SQLAlchemy keeps what it says, and Pillow draws it:
 * `npx tsx examples/flowers.ts [file.png] [command]`. What they hand to each other stays in Python.
 */
import { enter, kwargs, makeBond, type NDArray } from 'bond';

const [file = 'flowers.png', command] = process.argv.slice(2);
await using python = await makeBond('Python', command);
const [datasets, svm, sql, Image, ImageDraw] = await Promise.all(
  ['sklearn.datasets', 'sklearn.svm', 'sqlalchemy', 'PIL.Image', 'PIL.ImageDraw'].map((name) => python.import(name)),
);

const iris = await datasets.load_iris();
const classifier = await svm.SVC(kwargs({ gamma: 0.001, C: 100 }));
await classifier.fit(iris.data, iris.target);
console.log('told apart:', (await classifier.score(iris.data, iris.target)) > 0.9);

const names: string[] = await iris.target_names.tolist();
const guesses: BigInt64Array = await classifier.predict(iris.data);
const measures: NDArray = iris.data; // of 150 flowers, four of each
const rows = measures
  .tolist<number[][]>()
  .map(([, , length], index) => ({ name: names[Number(guesses[index])], length })); // of the petals

const engine = await sql.create_engine('sqlite://');
const metadata = await sql.MetaData();
const columns = [sql.Column('name', sql.String(20)), sql.Column('length', sql.Float)];
const flowers = await sql.Table('flowers', metadata, ...columns);
await metadata.create_all(engine);

const image = await Image.new('RGB', [200, 60], 'white');
const draw = await ImageDraw.Draw(image);
await enter(engine.begin(), async (connection) => {
  await connection.execute(flowers.insert(), rows);
  const mean = sql.func.avg(flowers.c.length).label('mean');
  const query = sql.select(flowers.c.name, mean).group_by(flowers.c.name).order_by(mean);
  let y = 0;
  for await (const row of connection.execute(query)) {
    const { name, mean } = await row._asdict();
    console.log(`${name.padEnd(10)} ${mean.toFixed(1)} cm`);
    await draw.rectangle([0, y, 30 * mean, y + 15], kwargs({ fill: 'purple' }));
    y += 20;
  }
}); // committed, or rolled back if something was thrown
await image.save(file);
console.log(`${file}: ${await Image.open(file).size}`);
