order-title = 作業指示（さぎょうしじ）
