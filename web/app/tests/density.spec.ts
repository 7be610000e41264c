// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { comparisonOf, fittedOf, type Report } from "../src/api/density.ts";
import {
  certificate,
  gammaOfSlider,
  joinDomain,
  sliderOfGamma,
  splitDomain,
  withPrefix,
} from "../src/pages/density/panel.ts";

const REPORT: Report = {
  nll: 1,
  penalty: 0,
  gap: 1e-10,
  lbfgsSteps: 3,
  newtonSteps: 2,
  seconds: 0.1,
  samples: 10,
  orders: [],
  warnings: [],
};

test("A domain is taken apart and put together", () => {
  for (const text of ["line", "circular:24", "circular:360@-180", "reflected:0:1", "interval:-1:1"])
    assert.equal(joinDomain(splitDomain(text)), text);
  assert.deepEqual(splitDomain("circular:360@-180"), {
    kind: "circular",
    first: "360",
    second: "-180",
  });
});

test("The slider of the penalty gives back its own positions", () => {
  assert.equal(gammaOfSlider(0), 0);
  assert.equal(gammaOfSlider(1), 1e-6);
  assert.equal(gammaOfSlider(61), 1);
  for (let position = 0; position <= 61; ++position)
    assert.equal(sliderOfGamma(gammaOfSlider(position)), position);
});

test("The certificate says what it is, or why there is none", () => {
  assert.equal(certificate(REPORT, 8, {}).state, "good");
  assert.match(certificate(REPORT, 8, {}).words, /no density of order 8 .* 1\.0e\u221210 nats/);
  assert.equal(certificate({ ...REPORT, gap: 1e-5 }, 8, {}).state, "open");
  const none = { ...REPORT, gap: null };
  assert.match(certificate(none, 8, { gamma: 0.1 }).words, /penalty is on/);
  assert.match(certificate(none, 8, { "learn-map": true }).words, /location and scale/);
});

test("A command about a model follows the one that makes it", () => {
  assert.equal(withPrefix("fit", "modes"), "fit\nmodes");
  assert.equal(withPrefix("", "modes"), "modes");
  assert.equal(withPrefix("fit", undefined), null);
});

test("Results of jobs are read field by field, and those of others are none", () => {
  assert.equal(fittedOf(null), null);
  assert.equal(comparisonOf({ model: "m1" }), null);
  assert.throws(() => comparisonOf({ comparison: [{}] }), /method is absent/);
});
