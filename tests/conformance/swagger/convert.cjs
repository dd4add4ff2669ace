// Converts each document of a list of [input, output] with swagger2openapi, or writes why that cannot be done.
const fs = require('fs');
const converter = require('swagger2openapi');
const yaml = require('yaml');

const LIMIT = 10000; // ms for one document

async function converted(path) {
  const value = yaml.parse(fs.readFileSync(path, 'utf8'), { maxAliasCount: -1, schema: 'core' });
  const options = { patch: true, warnOnly: true, resolve: true, source: path };
  return (await converter.convertObj(value, options)).openapi;
}

(async () => {
  for (const [path, output] of JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))) {
    let result;
    try {
      const late = new Promise((_, reject) => setTimeout(() => reject(new Error('never ends')), LIMIT));
      result = { openapi: await Promise.race([converted(path), late]) };
    } catch (error) {
      result = { error: String(error.message || error) };
    }
    fs.writeFileSync(output, JSON.stringify(result));
  }
  process.exit(0);
})();
