// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Every layer family that networks are built from.
#pragma once

#include <qutibench/network/attention.hpp>
#include <qutibench/network/cached_attention.hpp>
#include <qutibench/network/convolution.hpp>
#include <qutibench/network/dense.hpp>
#include <qutibench/network/elementwise.hpp>
#include <qutibench/network/embedding.hpp>
#include <qutibench/network/head_normalization.hpp>
#include <qutibench/network/latent_attention.hpp>
#include <qutibench/network/linear_attention.hpp>
#include <qutibench/network/normalization.hpp>
#include <qutibench/network/pooling.hpp>
#include <qutibench/network/rearrange.hpp>
#include <qutibench/network/recurrent.hpp>
#include <qutibench/network/rotary_embedding.hpp>
#include <qutibench/network/routed_experts.hpp>
